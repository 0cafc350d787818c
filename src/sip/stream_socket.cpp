#include "sip/stream_socket.hpp"

#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "base/loop.hpp"

namespace cadenas::sip {

StreamSocket::StreamSocket(base::Loop& loop, int descriptor, pki::SslHandle ssl)
    : descriptor_(loop.io(), descriptor), ssl_(std::move(ssl)) {
  if (ssl_ == nullptr) return;
  SSL_set_fd(ssl_.get(), descriptor);
  // One system call for a record's head and body, and for as many records as wait.
  SSL_set_read_ahead(ssl_.get(), 1);
  // An idle phone keeps no record buffers, 34 kB otherwise.
  SSL_set_mode(ssl_.get(),
               SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

int StreamSocket::connect_error() {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

StreamSocket::Outcome StreamSocket::judge(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {Status::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Status::want_write};
    case SSL_ERROR_ZERO_RETURN:
      // Without a close_notify nobody is left to send one to (RFC 8446 §6.1).
      broken_ = broken_ || BIO_eof(SSL_get_rbio(ssl_.get())) == 1;
      return {Status::end_of_stream};
    case SSL_ERROR_SSL: {
      broken_ = true;
      // A peer that leaves without close_notify has not broken anything of ours.
      const bool eof = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
      ERR_clear_error();
      return {eof ? Status::end_of_stream : Status::failed};
    }
    default:
      broken_ = true;
      ERR_clear_error();
      return {errno == 0 ? Status::end_of_stream : Status::failed};
  }
}

StreamSocket::Outcome StreamSocket::handshake() {
  ERR_clear_error();
  errno = 0;
  const int returned = SSL_do_handshake(ssl_.get());
  return returned == 1 ? Outcome{} : judge(returned);
}

StreamSocket::Outcome StreamSocket::read(std::span<char> into) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    std::size_t octets = 0;
    const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &octets);
    return returned == 1 ? Outcome{Status::done, octets} : judge(returned);
  }
  for (;;) {
    const ssize_t octets = recv(descriptor_.native_handle(), into.data(), into.size(), 0);
    if (octets > 0) return {Status::done, static_cast<std::size_t>(octets)};
    if (octets == 0) return {Status::end_of_stream};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::want_read : Status::failed};
  }
}

StreamSocket::Outcome StreamSocket::write(std::string_view octets) {
  if (octets.empty()) return {};
  if (ssl_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    std::size_t written = 0;
    const int returned = SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &written);
    return returned == 1 ? Outcome{Status::done, written} : judge(returned);
  }
  for (;;) {
    const ssize_t written = ::send(descriptor_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (written >= 0) return {Status::done, static_cast<std::size_t>(written)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::want_write : Status::failed};
  }
}

bool StreamSocket::has_buffered() const {
  return ssl_ != nullptr && SSL_has_pending(ssl_.get()) == 1;
}

void StreamSocket::end_writing() {
  if (ssl_ != nullptr && !broken_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    if (SSL_shutdown(ssl_.get()) < 0) ERR_clear_error();
  }
  ::shutdown(descriptor_.native_handle(), SHUT_WR);
}

void StreamSocket::close() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace cadenas::sip
