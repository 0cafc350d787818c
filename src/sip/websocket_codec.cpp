#include "sip/websocket_codec.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "sip/websocket_upgrade.hpp"

namespace cadenas::sip {
namespace {

std::string_view text_of(std::span<const char> octets) {
  return {octets.data(), octets.size()};
}

}  // namespace

std::optional<StreamCodec::Event> WebSocketCodec::next() {
  switch (phase_) {
    case Phase::upgrade:
      return upgrade();
    case Phase::open:
      return frame();
    case Phase::ended:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<StreamCodec::Event> WebSocketCodec::upgrade() {
  const auto received = text_of(buffer_.pending());
  const std::size_t end = received.find("\r\n\r\n", scanned_ >= 3 ? scanned_ - 3 : 0);
  scanned_ = received.size();
  const bool whole = end != std::string_view::npos;
  const std::size_t size = whole ? end + 4 : received.size();
  if (!whole && size <= longest_upgrade_request) return std::nullopt;
  UpgradeAnswer answer =
      size <= longest_upgrade_request ? answer_upgrade(received.substr(0, size)) : refuse_long_upgrade();
  buffer_.take(answer.accepted ? size : received.size());
  phase_ = answer.accepted ? Phase::open : Phase::ended;
  const Kind kind = answer.accepted ? Kind::opened : Kind::error;
  return Event{kind, {}, 0, std::move(answer.error), std::move(answer.response)};
}

std::optional<StreamCodec::Event> WebSocketCodec::frame() {
  for (;;) {
    const auto received = text_of(buffer_.pending());
    const auto read = WebSocketFrameHead::read(received);
    if (!read) return refuse(WebSocketStatus::protocol_error, read.error());
    if (!*read) return std::nullopt;
    const WebSocketFrameHead& head = **read;
    if (!is_control(head.opcode)) {
      if ((head.opcode == WebSocketOpcode::continuation) != unfinished_.has_value()) {
        return refuse(WebSocketStatus::protocol_error,
                      {"websocket.fragment", "A message begins within another, or goes on without a beginning.", {}});
      }
      const std::size_t before = unfinished_ ? joined_.size() : 0;
      if (head.payload_octets > limits_.message_octets - before) {
        return refuse(WebSocketStatus::too_big,
                      {"websocket.too-big", "The message is larger than the configured limit.", {}});
      }
    }
    const auto size = head.octets + static_cast<std::size_t>(head.payload_octets);
    if (received.size() < size) return std::nullopt;
    const auto payload = buffer_.take(size).subspan(head.octets);
    head.apply_mask(payload);
    switch (head.opcode) {
      case WebSocketOpcode::close:
        return take_close(text_of(payload));
      case WebSocketOpcode::ping:
        return Event{Kind::ping, {}, 0, {}, websocket_frame(WebSocketOpcode::pong, text_of(payload))};
      case WebSocketOpcode::pong:
        return Event{Kind::pong};
      case WebSocketOpcode::continuation:
      case WebSocketOpcode::text:
      case WebSocketOpcode::binary:
        if (auto event = take_data(head, payload)) return event;
    }
  }
}

std::optional<StreamCodec::Event> WebSocketCodec::take_data(const WebSocketFrameHead& head, std::span<char> payload) {
  if (!unfinished_) {
    if (head.final) return take_message(head.opcode, payload);
    unfinished_ = head.opcode;
    joined_.clear();
  }
  joined_.insert(joined_.end(), payload.begin(), payload.end());
  if (!head.final) return std::nullopt;
  return take_message(*std::exchange(unfinished_, std::nullopt), joined_);
}

StreamCodec::Event WebSocketCodec::take_message(WebSocketOpcode opcode, std::span<char> octets) {
  if (opcode == WebSocketOpcode::text && !base::is_utf8(text_of(octets))) {
    return refuse(WebSocketStatus::invalid_text, {"websocket.text", "A text message is no UTF-8.", {}});
  }
  std::size_t newlines = 0;
  for (; text_of(octets).starts_with("\r\n"); ++newlines) octets = octets.subspan(2);
  if (!octets.empty()) return {Kind::message, octets};  // CRLFs before it are ignored (RFC 3261 §7.5)
  if (newlines < 2) return {Kind::pong};
  return {Kind::ping, {}, 0, {}, websocket_frame(WebSocketOpcode::text, "\r\n")};
}

StreamCodec::Event WebSocketCodec::take_close(std::string_view payload) {
  const base::Error bad{"websocket.close", "A close frame has no valid status.", {}};
  if (payload.size() == 1) return refuse(WebSocketStatus::protocol_error, bad);
  if (!payload.empty()) {
    const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(payload[at]); };
    if (!is_close_status(octet(0) * 256U + octet(1))) return refuse(WebSocketStatus::protocol_error, bad);
    if (!base::is_utf8(payload.substr(2))) {
      return refuse(WebSocketStatus::invalid_text, {"websocket.text", "The reason of a close frame is no UTF-8.", {}});
    }
  }
  phase_ = Phase::ended;
  // The status is sent back (RFC 6455 §5.5.1).
  return {Kind::ended, {}, 0, {}, websocket_frame(WebSocketOpcode::close, payload.substr(0, 2))};
}

StreamCodec::Event WebSocketCodec::refuse(WebSocketStatus status, base::Error error) {
  phase_ = Phase::ended;
  return {Kind::error, {}, 0, std::move(error), websocket_close(status)};
}

void WebSocketCodec::release_if_idle() {
  if (!is_idle()) return;
  buffer_.release_if_empty();
  std::vector<char>().swap(joined_);
}

std::string_view WebSocketCodec::outgoing(std::string_view message, std::string& room) const {
  room = websocket_frame(base::is_utf8(message) ? WebSocketOpcode::text : WebSocketOpcode::binary, message);
  return room;
}

std::string WebSocketCodec::farewell(bool at_fault) {
  if (std::exchange(phase_, Phase::ended) != Phase::open) return {};
  return websocket_close(at_fault ? WebSocketStatus::policy : WebSocketStatus::going_away);
}

}  // namespace cadenas::sip
