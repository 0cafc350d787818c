#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "sip/message.hpp"

namespace cadenas::sip {

/// Cuts the octets of a stream (TCP, TLS) into messages (RFC 3261 §18.3) and keep-alives (RFC 5626 §3.5.1).
///
///   auto room = framer.prepare(4096);         // read from the socket into it
///   framer.commit(octets_read);
///   while (auto event = framer.next()) { … }  // message octets are valid until the next prepare()
///
/// Holds no buffer while nothing is pending, so an idle connection costs nothing here.
class Framer {
 public:
  /// Who opened the connection, and so who sends pings (RFC 5626 §3.5.1). A CRLF CRLF may arrive in two pieces: what a
  /// single CRLF means can only be told from this.
  enum class Side : std::uint8_t { accepted, opened };
  enum class Kind : std::uint8_t {
    message,  ///< `octets` is exactly one message, for MessageView::parse
    ping,     ///< double CRLF on an accepted connection: answer with CRLF
    pong,     ///< CRLF between messages on a connection we opened
    error,    ///< the stream cannot be cut any further: answer `status` if `octets` allow it, then close
  };
  struct Event {
    Kind kind = Kind::message;
    std::span<char> octets;  ///< for an error: the header section as far as it was received
    int status = 0;          ///< for an error: 400 or 413
    base::Error error;       ///< for an error: "sip.frame.…"
  };

  explicit Framer(ParseLimits limits = {}, Side side = Side::accepted) : limits_(limits), side_(side) {}

  /// Room for at least `octets` more octets behind those pending. Invalidates the octets of all events.
  std::span<char> prepare(std::size_t octets);
  /// The first `octets` of the room hold received data.
  void commit(std::size_t octets);
  /// The next whole message or keep-alive, in order; nothing if more octets are needed or after an error.
  std::optional<Event> next();

  std::size_t pending() const { return end_ - begin_; }
  /// Octets of memory held for this stream.
  std::size_t held() const { return buffer_.capacity(); }
  /// Gives the buffer back if nothing is pending.
  void release_if_idle();

 private:
  Event refuse(int status, const char* code, const char* message);

  Event take_message();
  std::optional<std::size_t> end_of_headers();

  ParseLimits limits_;
  Side side_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // of what was not given out yet
  std::size_t end_ = 0;      // of what was received
  std::size_t needed_ = 0;   // size of the message at begin_, once its headers are known; else 0
  std::size_t scanned_ = 0;  // no end of headers before this
  bool half_ping_ = false;   // one CRLF of a ping has come
  bool failed_ = false;
};

}  // namespace cadenas::sip
