#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "store/store.hpp"

namespace cadenas::admin {

inline constexpr const char* first_account_name = "admin";

/// Where no account exists yet, makes the administrator "admin" with a random password and writes the password, one
/// line, to `file` (0600). True if it did. Blocks for the disk and the hash: before the loops start.
/// Errors: "file.write-failed", those of Store::put_account.
base::Result<bool> ensure_first_account(store::Store& store, const std::filesystem::path& file);

}  // namespace cadenas::admin
