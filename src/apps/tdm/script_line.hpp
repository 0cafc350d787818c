#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cadenas::apps::tdm {

enum class Verb : std::uint8_t {
  off_hook,
  on_hook,
  flash,
  dial,
  setup,
  alert,
  answer,
  release,
  play,
  stop,
  record,
  stop_recording,
  out_of_service,
  in_service,
  expect,
  wait,
  stall,
  resume,
  detach,
  attach,
  quit,
};

/// A line of a script: "PORT VERB [ARGUMENT…]" for what a port does, "VERB [ARGUMENT…]" for the rest.
struct ScriptLine {
  std::string port;  ///< empty for verbs that are about no port
  Verb verb{};
  std::vector<std::string> arguments;

  friend bool operator==(const ScriptLine&, const ScriptLine&) = default;
};

/// True for a line that says nothing: empty, or a comment behind '#'.
bool is_blank(std::string_view line);
/// Reads one that is not blank. Errors: "script.verb", "script.arguments" (too few or many).
base::Result<ScriptLine> parse_script_line(std::string_view line);

/// What --help says of the verbs.
std::string describe_script();

}  // namespace cadenas::apps::tdm
