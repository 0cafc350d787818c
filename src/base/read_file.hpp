#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "base/bytes.hpp"

namespace cadenas::base {

/// The whole of `file`; nothing if it is not there, cannot be read or is larger than `largest` octets. Blocking.
std::optional<Bytes> read_file(const std::filesystem::path& file, std::size_t largest);

}  // namespace cadenas::base
