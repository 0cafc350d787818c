#pragma once

#include <cstdint>
#include <filesystem>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::base {

/// Replaces `file` such that after a crash it is the old or the new one, never half: a new file beside it
/// ("<file>.new", created with `mode`), fsync, rename, fsync of the directory. Blocking; one writer per file at a time.
/// Errors: "file.write-failed", with the file as field.
Result<void> replace_file(const std::filesystem::path& file, ByteView content, mode_t mode);

/// Gives `from` the place of `to` in the same directory, and makes that last over a crash. Blocking. Errors:
/// "file.write-failed", with `to` as field.
Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Cuts `file` to `size` octets, and so away what a crash left of a line behind them, adds `content` and makes it last
/// over a crash. The file must be there. Blocking; one writer per file at a time. Errors: "file.write-failed", with the
/// file as field: what stands behind `size` is then unknown, and the next call with the same `size` puts it right.
Result<void> extend_file(const std::filesystem::path& file, std::uintmax_t size, ByteView content);

}  // namespace cadenas::base
