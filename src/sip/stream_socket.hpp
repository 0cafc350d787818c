#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <span>
#include <string_view>

#include "pki/openssl_handles.hpp"

namespace cadenas::base {
class Loop;
}

namespace cadenas::sip {

/// A connected non-blocking TCP socket, with TLS on it or not: reads and writes until the system or OpenSSL wants to
/// wait. Owns descriptor and session. On its loop only.
class StreamSocket {
 public:
  enum class Status { done, want_read, want_write, end_of_stream, failed };
  struct Outcome {
    Status status = Status::done;
    std::size_t octets = 0;
  };

  /// `ssl` null for plain TCP; else its role (accept or connect) is set already.
  StreamSocket(base::Loop& loop, int descriptor, pki::SslHandle ssl);

  bool is_tls() const { return ssl_ != nullptr; }
  SSL* ssl() const { return ssl_.get(); }
  boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }

  /// The pending error of a connect that became writable; 0 if it is up.
  int connect_error();
  Outcome handshake();
  Outcome read(std::span<char> into);
  Outcome write(std::string_view octets);
  /// OpenSSL holds received octets: the socket may never become readable for them.
  bool has_buffered() const;
  /// close_notify (only after a finished handshake) and FIN.
  void end_writing();
  void close();

 private:
  Outcome judge(int returned);

  boost::asio::posix::stream_descriptor descriptor_;
  pki::SslHandle ssl_;
  bool broken_ = false;  // after a fatal error, when OpenSSL forbids any further call, or an end without close_notify
};

}  // namespace cadenas::sip
