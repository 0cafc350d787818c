#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sip/message.hpp"
#include "sip/stream_codec.hpp"

namespace cadenas::sip {

/// Cuts the octets of a stream (TCP, TLS) into messages (RFC 3261 §18.3) and keep-alives (RFC 5626 §3.5.1): a ping is a
/// double CRLF on an accepted connection, a pong a CRLF between messages on one we opened.
class Framer final : public StreamCodec {
 public:
  /// Who opened the connection, and so who sends pings (RFC 5626 §3.5.1). A CRLF CRLF may arrive in two pieces: what a
  /// single CRLF means can only be told from this.
  enum class Side : std::uint8_t { accepted, opened };

  explicit Framer(ParseLimits limits = {}, Side side = Side::accepted) : limits_(limits), side_(side) {}

  std::optional<Event> next() override;
  std::string_view outgoing(std::string_view message, std::string&) const override { return message; }
  std::string farewell(bool) override { return {}; }

  std::size_t pending() const { return buffer_.size(); }
  /// Octets of memory held for this stream.
  std::size_t held() const { return buffer_.held(); }

 private:
  Event refuse(int status, const char* code, const char* message);

  Event take_message();
  std::optional<std::size_t> end_of_headers();

  ParseLimits limits_;
  Side side_;
  std::size_t needed_ = 0;   // octets of the first pending message, once its headers are known; else 0
  std::size_t scanned_ = 0;  // pending octets before which no headers end
  bool half_ping_ = false;   // one CRLF of a ping has come
  bool failed_ = false;
};

}  // namespace cadenas::sip
