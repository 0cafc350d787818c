#include "sip/websocket_frame.hpp"

namespace cadenas::sip {
namespace {

constexpr unsigned final_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0F;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7F;
constexpr std::size_t longest_control = 125;
constexpr unsigned length_of_2_octets = 126;
constexpr unsigned length_of_8_octets = 127;

unsigned octet(std::string_view octets, std::size_t at) {
  return static_cast<std::uint8_t>(octets[at]);
}

std::uint64_t big_endian(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char c : octets) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

void put_big_endian(std::string& out, std::uint64_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

tl::unexpected<base::Error> broken_frame(std::string message) {
  return base::fail("websocket.frame", std::move(message));
}

}  // namespace

base::Result<std::optional<WebSocketFrameHead>> WebSocketFrameHead::read(std::string_view received) {
  if (received.size() < 2) return std::nullopt;
  const unsigned first = octet(received, 0);
  const unsigned second = octet(received, 1);
  if ((first & reserved_bits) != 0) return broken_frame("Reserved bits are set, and no extension was agreed.");
  if (!is_known(first & opcode_bits)) return broken_frame("The opcode is none of RFC 6455.");
  if ((second & mask_bit) == 0) return broken_frame("A client must mask its frames.");
  WebSocketFrameHead head;
  head.final = (first & final_bit) != 0;
  head.opcode = static_cast<WebSocketOpcode>(first & opcode_bits);
  head.payload_octets = second & length_bits;
  if (is_control(head.opcode) && (!head.final || head.payload_octets > longest_control)) {
    return broken_frame("A control frame is fragmented or longer than 125 octets.");
  }
  const std::size_t length_octets = head.payload_octets == length_of_8_octets   ? 8
                                    : head.payload_octets == length_of_2_octets ? 2
                                                                                : 0;
  head.octets = 2 + length_octets + head.mask.size();
  if (received.size() < head.octets) return std::nullopt;
  if (length_octets != 0) {
    head.payload_octets = big_endian(received.substr(2, length_octets));
    const std::uint64_t least = length_octets == 2 ? length_of_2_octets : 0x1'0000;
    if (head.payload_octets < least || head.payload_octets >> 63 != 0) {
      return broken_frame("The length of a frame is not written in its shortest form.");
    }
  }
  received.copy(head.mask.data(), head.mask.size(), head.octets - head.mask.size());
  return head;
}

void WebSocketFrameHead::apply_mask(std::span<char> payload) const {
  for (std::size_t at = 0; at < payload.size(); ++at) {
    payload[at] = static_cast<char>(payload[at] ^ mask[at % mask.size()]);
  }
}

std::string websocket_frame(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 10);
  out += static_cast<char>(final_bit | static_cast<unsigned>(opcode));
  if (payload.size() < length_of_2_octets) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    out += static_cast<char>(length_of_2_octets);
    put_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(length_of_8_octets);
    put_big_endian(out, payload.size(), 8);
  }
  return out += payload;
}

std::string websocket_close(WebSocketStatus status) {
  std::string payload;
  put_big_endian(payload, static_cast<std::uint16_t>(status), 2);
  return websocket_frame(WebSocketOpcode::close, payload);
}

bool is_close_status(unsigned status) {
  if (status >= 3000) return status <= 4999;
  return (status >= 1000 && status <= 1003) || (status >= 1007 && status <= 1014);
}

}  // namespace cadenas::sip
