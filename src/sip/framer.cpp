#include "sip/framer.hpp"

#include <algorithm>
#include <cstring>
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

std::span<char> Framer::prepare(std::size_t octets) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + octets) buffer_.resize(end_ + octets);
  return {buffer_.data() + end_, octets};
}

void Framer::commit(std::size_t octets) {
  end_ += octets;
}

void Framer::release_if_idle() {
  if (pending() > 0) return;
  std::vector<char>().swap(buffer_);
  begin_ = end_ = scanned_ = 0;
}

Framer::Event Framer::refuse(int status, const char* code, const char* message) {
  failed_ = true;
  Event event;
  event.kind = Kind::error;
  event.octets = {buffer_.data() + begin_, end_ - begin_};
  event.status = status;
  event.error = {code, message, {}};
  begin_ = scanned_ = end_;
  return event;
}

// Index behind the empty line, searched only in what is new.
std::optional<std::size_t> Framer::end_of_headers() {
  const std::string_view text(buffer_.data(), end_);
  const std::size_t from = std::max(begin_, scanned_ >= 3 ? scanned_ - 3 : 0);
  const std::size_t found = text.find("\r\n\r\n", from);
  scanned_ = end_;
  if (found == std::string_view::npos) return std::nullopt;
  scanned_ = found + 4;
  return found + 4;
}

std::optional<Framer::Event> Framer::next() {
  while (!failed_ && pending() >= 2 && buffer_[begin_] == '\r' && buffer_[begin_ + 1] == '\n') {
    begin_ += 2;
    scanned_ = std::max(scanned_, begin_);
    half_ping_ = !half_ping_;
    if (side_ == Side::opened) return Event{Kind::pong, {}, 0, {}};
    if (!half_ping_) return Event{Kind::ping, {}, 0, {}};
  }
  if (failed_ || pending() == 0) return std::nullopt;
  if (pending() == 1 && buffer_[begin_] == '\r') return std::nullopt;
  half_ping_ = false;  // a lone CRLF before a message is ignored (RFC 3261 §7.5)

  if (needed_ > pending()) return std::nullopt;
  if (needed_ > 0) return take_message();
  const auto headers_end = end_of_headers();
  if (!headers_end || *headers_end - begin_ > limits_.message_octets) {
    if (pending() > limits_.message_octets)
      return refuse(413, "sip.frame.headers", "The headers are larger than the configured limit.");
    return std::nullopt;
  }
  std::size_t length = 0;
  const std::string_view headers(buffer_.data() + begin_, *headers_end - 2 - begin_);
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
  Event event;
  event.octets = {buffer_.data() + begin_, needed_};
  begin_ += std::exchange(needed_, 0);
  scanned_ = begin_;
  return event;
}

}  // namespace cadenas::sip
