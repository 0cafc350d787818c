#include "base/atomic_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cadenas::base {
namespace {

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int get() const { return descriptor_; }
  bool close_now() {
    const int descriptor = std::exchange(descriptor_, -1);
    return ::close(descriptor) == 0;
  }

 private:
  int descriptor_;
};

bool write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_beside(const std::filesystem::path& beside, ByteView content, mode_t mode) {
  // What a crash left behind must not lend its owner or mode to the new file.
  ::unlink(beside.c_str());
  OpenFile file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  // fchmod, because the umask may have taken bits from `mode`.
  return file.get() >= 0 && ::fchmod(file.get(), mode) == 0 && write_all(file.get(), content) &&
         ::fsync(file.get()) == 0 && file.close_now();
}

bool sync_directory(const std::filesystem::path& directory) {
  const OpenFile handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return handle.get() >= 0 && ::fsync(handle.get()) == 0;
}

Result<void> write_failed(const std::filesystem::path& file) {
  const std::string reason = std::generic_category().message(errno);
  return fail("file.write-failed", "The file " + file.string() + " could not be written: " + reason + ".",
              file.string());
}

}  // namespace

Result<void> replace_file(const std::filesystem::path& file, ByteView content, mode_t mode) {
  std::filesystem::path beside = file;
  beside += ".new";
  auto replaced = write_beside(beside, content, mode) ? rename_file(beside, file) : write_failed(file);
  if (!replaced) ::unlink(beside.c_str());
  return replaced;
}

Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::filesystem::path directory = to.has_parent_path() ? to.parent_path() : ".";
  if (::rename(from.c_str(), to.c_str()) == 0 && sync_directory(directory)) return {};
  return write_failed(to);
}

Result<void> extend_file(const std::filesystem::path& file, std::uintmax_t size, ByteView content) {
  OpenFile open(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  const bool written = open.get() >= 0 && ::ftruncate(open.get(), static_cast<off_t>(size)) == 0 &&
                       ::lseek(open.get(), 0, SEEK_END) == static_cast<off_t>(size) && write_all(open.get(), content) &&
                       ::fsync(open.get()) == 0 && open.close_now();
  if (written) return {};
  return write_failed(file);
}

}  // namespace cadenas::base
