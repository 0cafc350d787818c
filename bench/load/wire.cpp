#include "load/wire.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cadenas::bench {

Wire::Wire(Poller& poller, sip::Transport transport, const base::Endpoint& server, SSL_CTX* tls, User& user)
    : poller_(poller), transport_(transport), user_(user) {
  const bool stream = sip::is_reliable(transport);
  fd_ = ::socket(server.data()->sa_family, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream) {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ::connect(fd_, server.data(), server.size());
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
  local_ = base::Endpoint::from(reinterpret_cast<sockaddr*>(&name));
  if (tls != nullptr) {
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_connect_state(ssl_.get());
  }
  poller_.add(fd_, EPOLLIN | EPOLLOUT, *this);
}

Wire::~Wire() {
  poller_.remove(fd_);
  // No close_notify round: the load program leaves as a phone that loses power does; the server must cope.
  ssl_.reset();
  ::close(fd_);
}

void Wire::on_ready(std::uint32_t events) {
  if (dead_) return;
  if (!open_) {
    if (events & (EPOLLERR | EPOLLHUP)) return broken("connection refused or reset");
    progress();
    return;
  }
  if (events & EPOLLOUT) flush();
  if (events & EPOLLIN) {
    if (sip::is_reliable(transport_)) {
      read_stream();
    } else {
      read_datagrams();
    }
  } else if (events & (EPOLLERR | EPOLLHUP)) {
    broken("connection reset");
  }
}

void Wire::progress() {
  if (ssl_) {
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) {
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return want(error == SSL_ERROR_WANT_WRITE);
      return broken("TLS handshake failed");
    }
  }
  open_ = true;
  want(false);
  user_.on_open(*this);
}

void Wire::want(bool write) {
  if (write == wants_write_) return;
  wants_write_ = write;
  poller_.change(fd_, write ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

void Wire::send(std::string_view message) {
  if (transport_ == sip::Transport::udp) {
    [[maybe_unused]] const auto sent = ::send(fd_, message.data(), message.size(), 0);
    return;
  }
  outbox_ += message;
  flush();
}

void Wire::flush() {
  while (!outbox_.empty()) {
    const ssize_t n = ssl_ ? SSL_write(ssl_.get(), outbox_.data(), static_cast<int>(outbox_.size()))
                           : ::send(fd_, outbox_.data(), outbox_.size(), MSG_NOSIGNAL);
    if (n <= 0) break;
    outbox_.erase(0, static_cast<std::size_t>(n));
  }
  want(!outbox_.empty());
}

void Wire::read_stream() {
  for (;;) {
    auto room = framer_.prepare(4096);
    const ssize_t n = ssl_ ? SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size()))
                           : ::recv(fd_, room.data(), room.size(), 0);
    if (n <= 0) {
      const bool later =
          ssl_ ? SSL_get_error(ssl_.get(), static_cast<int>(n)) == SSL_ERROR_WANT_READ : n < 0 && errno == EAGAIN;
      if (!later) broken("closed by the server");
      return;
    }
    framer_.commit(static_cast<std::size_t>(n));
    while (auto event = framer_.next()) {
      if (event->kind == sip::Framer::Kind::error) return broken(event->error.message);
      if (event->kind != sip::Framer::Kind::message) continue;
      if (auto message = sip::MessageView::parse(event->octets)) user_.on_message(*this, *message);
      if (dead_) return;
    }
  }
}

void Wire::read_datagrams() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0) return;
    if (auto message = sip::MessageView::parse({buffer.data(), static_cast<std::size_t>(n)})) {
      user_.on_message(*this, *message);
    }
  }
}

void Wire::broken(const std::string& why) {
  dead_ = true;
  poller_.change(fd_, 0, *this);
  user_.on_broken(*this, why);
}

}  // namespace cadenas::bench
