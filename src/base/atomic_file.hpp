#pragma once

#include <filesystem>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::base {

/// Replaces `file` such that after a crash it is the old or the new one, never half: a new file beside it
/// ("<file>.new", created with `mode`), fsync, rename, fsync of the directory. Blocking; one writer per file at a time.
/// Errors: "file.write-failed", with the file as field.
Result<void> replace_file(const std::filesystem::path& file, ByteView content, mode_t mode);

}  // namespace cadenas::base
