#include "sip/framer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sip/grammar.hpp"
#include "sip/header_names.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

enum class LengthState { missing, malformed, repeated, found };

// Content-Length of a header section that ends with its last header's CRLF. Folding is looked through.
LengthState find_length(std::string_view headers, std::size_t& length) {
  LengthState state = LengthState::missing;
  for (std::size_t line = headers.find("\r\n"); line != std::string_view::npos && line + 2 < headers.size();) {
    line += 2;
    std::size_t end = headers.find("\r\n", line);
    while (end != std::string_view::npos && end + 2 < headers.size() && is(headers[end + 2], blank))
      end = headers.find("\r\n", end + 2);
    const auto text = headers.substr(line, std::min(end, headers.size()) - line);
    line = end;
    const std::size_t name_end = skip(text, 0, token);
    const std::size_t colon = skip(text, name_end, blank);
    if (colon == text.size() || text[colon] != ':') continue;
    if (header_id(text.substr(0, name_end)) != HeaderId::content_length) continue;
    if (state != LengthState::missing) return LengthState::repeated;
    auto value = text.substr(colon + 1);
    const auto is_space = [](char c) { return is(c, blank) || c == '\r' || c == '\n'; };
    while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
    const auto octets = number(value, 0xFFFFFFFF);
    if (!octets) return LengthState::malformed;
    length = *octets;
    state = LengthState::found;
  }
  return state;
}

}  // namespace

Framer::Event Framer::refuse(int status, const char* code, const char* message) {
  failed_ = true;
  Event event;
  event.kind = Kind::error;
  event.octets = buffer_.take(pending());
  event.status = status;
  event.error = {code, message, {}};
  return event;
}

// Octets up to and with the empty line, searched only in what is new.
std::optional<std::size_t> Framer::end_of_headers() {
  const auto octets = buffer_.pending();
  const std::string_view text(octets.data(), octets.size());
  const std::size_t found = text.find("\r\n\r\n", scanned_ >= 3 ? scanned_ - 3 : 0);
  scanned_ = text.size();
  if (found == std::string_view::npos) return std::nullopt;
  return scanned_ = found + 4;
}

std::optional<Framer::Event> Framer::next() {
  const auto begins_with_crlf = [this] {
    const auto octets = buffer_.pending();
    return octets.size() >= 2 && octets[0] == '\r' && octets[1] == '\n';
  };
  while (!failed_ && begins_with_crlf()) {
    buffer_.take(2);
    scanned_ = scanned_ > 2 ? scanned_ - 2 : 0;
    half_ping_ = !half_ping_;
    if (side_ == Side::opened) return Event{Kind::pong};
    if (!half_ping_) return Event{Kind::ping, {}, 0, {}, "\r\n"};
  }
  if (failed_ || pending() == 0) return std::nullopt;
  if (pending() == 1 && buffer_.pending()[0] == '\r') return std::nullopt;
  half_ping_ = false;  // a lone CRLF before a message is ignored (RFC 3261 §7.5)

  if (needed_ > pending()) return std::nullopt;
  if (needed_ > 0) return take_message();
  const auto headers_end = end_of_headers();
  if (!headers_end || *headers_end > limits_.message_octets) {
    if (pending() > limits_.message_octets)
      return refuse(413, "sip.frame.headers", "The headers are larger than the configured limit.");
    return std::nullopt;
  }
  std::size_t length = 0;
  const std::string_view headers(buffer_.pending().data(), *headers_end - 2);
  switch (find_length(headers, length)) {
    case LengthState::missing:
      return refuse(400, "sip.frame.length", "A message on a stream needs a Content-Length.");
    case LengthState::malformed:
      return refuse(400, "sip.frame.length", "Content-Length must be a decimal number of octets.");
    case LengthState::repeated:
      return refuse(400, "sip.frame.length", "Content-Length stands twice: where the message ends cannot be told.");
    case LengthState::found:
      break;
  }
  const std::size_t size = headers.size() + 2;
  if (length > limits_.body_octets || size + length > limits_.message_octets)
    return refuse(413, "sip.frame.body", "The body is larger than the configured limit.");
  needed_ = size + length;
  if (needed_ > pending()) return std::nullopt;
  return take_message();
}

Framer::Event Framer::take_message() {
  scanned_ = 0;
  return {Kind::message, buffer_.take(std::exchange(needed_, 0))};
}

}  // namespace cadenas::sip
