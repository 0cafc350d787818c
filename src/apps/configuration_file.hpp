#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "admin/server.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "pbx/configuration.hpp"

namespace cadenas::apps {

/// Everything `cadenas-pbx` is told at its start.
struct ProgramConfiguration {
  std::filesystem::path state_directory = "/var/lib/cadenas";  ///< made with mode 0700
  std::string log_file;                                        ///< empty: standard error
  base::log::Level log_level = base::log::Level::info;
  pbx::Configuration pbx;
  admin::ServerSettings admin;
};

/// Reads TOML 1.0. An unknown key, a wrong type and a value out of range are errors that name key, line and column.
/// Relative paths are taken from `directory`. Errors "configuration.syntax", "configuration.unknown-key",
/// "configuration.type", "configuration.value"; the field is the key, e.g. "sip.plain_port".
base::Result<ProgramConfiguration> parse_configuration(std::string_view toml, const std::filesystem::path& directory);

/// As above, from a file. Error "configuration.unreadable".
base::Result<ProgramConfiguration> load_configuration(const std::filesystem::path& file);

}  // namespace cadenas::apps
