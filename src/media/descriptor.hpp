#pragma once

#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace cadenas::media {

/// A file descriptor, closed when it goes.
class Descriptor {
 public:
  /// Throws std::system_error with `what` where `fd` is negative, for the errno of that moment.
  Descriptor(int fd, const char* what) : fd_(fd) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace cadenas::media
