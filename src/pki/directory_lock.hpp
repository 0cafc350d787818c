#pragma once

#include <filesystem>

#include "base/error.hpp"

namespace cadenas::pki {

/// That this process alone changes a directory; the kernel ends it with the process, whatever way that goes.
class DirectoryLock {
 public:
  /// Takes the lock on `directory`/lock, or fails at once. Errors: "ca.busy" where another process has it,
  /// "file.write-failed".
  static base::Result<DirectoryLock> take(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace cadenas::pki
