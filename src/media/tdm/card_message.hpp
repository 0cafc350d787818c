#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/e1_block.hpp"
#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {

// What goes over the socket between a line card and the bus; each is one packet of a SOCK_SEQPACKET socket. The card
// says Hello, the bus Welcome or Refused; then voice and call control go both ways. docs/tdm.md is the description for
// who builds a card.

inline constexpr std::uint8_t kCardVersion = 1;

/// Card to bus, first.
struct Hello {
  ShelfDescription shelf;
  friend bool operator==(const Hello&, const Hello&) = default;
};
/// Bus to card: the shelf is attached.
struct Welcome {
  friend bool operator==(const Welcome&, const Welcome&) = default;
};
/// Bus to card, last: why it is not, or not any longer.
struct Refused {
  std::string code;  ///< stable, as of an Error
  friend bool operator==(const Refused&, const Refused&) = default;
};
/// Both ways, every 20 ms for each line.
struct Block {
  std::uint8_t line = 0;
  std::uint32_t sequence = 0;  ///< of the line and direction, one more each
  base::ByteView octets;       ///< kBlockOctets, in the memory of the message
};
/// Card to bus.
struct PortEvent {
  SlotId port;
  Event event;
  friend bool operator==(const PortEvent&, const PortEvent&) = default;
};
/// Bus to card.
struct PortCommand {
  SlotId port;
  Command command;
  friend bool operator==(const PortCommand&, const PortCommand&) = default;
};

using CardMessage = std::variant<Hello, Welcome, Refused, Block, PortEvent, PortCommand>;

inline constexpr std::size_t kBlockHeader = 8;
/// The largest message: a block, or the hello of a shelf with all its ports.
inline constexpr std::size_t kMostMessage = kBlockHeader + kBlockOctets;

/// Reads one packet. Errors: "tdm.message-length" (shorter or longer than what it says it is), "tdm.message-type",
/// "tdm.version" (another version than ours), "tdm.message-field" (a value out of its range; the field says which).
base::Result<CardMessage> parse_card_message(base::ByteView packet);

/// Writes what is no block. What a number or code cannot hold is left out, so that the other side can always read it.
base::Bytes write_card_message(const CardMessage& message);
/// Writes a block into `out`, which has kMostMessage octets; allocates nothing.
void write_block(std::uint8_t line, std::uint32_t sequence, base::ByteView block, std::span<std::uint8_t> out);

}  // namespace cadenas::media::tdm
