#include "media/tdm/card_listener.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/tdm/card_driver.hpp"
#include "media/tdm/seqpacket_socket.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr int kKind = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;

/// A socket in the file system outlives a process that was killed.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 || !S_ISSOCK(there.st_mode)) return;
  const Descriptor probe(::socket(AF_UNIX, kKind, 0), "socket");
  const int answer = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (answer != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

}  // namespace

CardListener::CardListener(std::string path) : path_(std::move(path)), fd_(::socket(AF_UNIX, kKind, 0), "socket") {
  const sockaddr_un address = unix_address(path_);
  remove_stale(path_, address);
  // Closed to all others from the first moment on, whatever the umask.
  ::fchmod(fd_.get(), S_IRUSR | S_IWUSR);
  if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path_.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0 || ::listen(fd_.get(), 8) != 0) {
    throw std::system_error(errno, std::generic_category(), path_);
  }
}

CardListener::~CardListener() {
  ::unlink(path_.c_str());
}

std::unique_ptr<Driver> CardListener::accept() {
  const int fd = ::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return fd < 0 ? nullptr : std::make_unique<CardDriver>(fd);
}

}  // namespace cadenas::media::tdm
