#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "media/audio/g711.hpp"
#include "media/tdm/port.hpp"
#include "media/tdm/slot_queue.hpp"

namespace cadenas::media::tdm {

/// 20 ms of a line: 160 frames of an E1, 125 µs each, of 32 octets, one a slot (ITU-T G.704 §2.3).
inline constexpr std::size_t kBlockOctets = kFrameOctets * kSlots;

/// Makes an empty block: the frame alignment signal in slot 0 of every other frame (G.704 table 5A), ones in slot 16,
/// silence in the others. `block` has kBlockOctets.
void clear_block(std::span<std::uint8_t> block, G711Law law);
/// Whether slot 0 holds the frame alignment: else the octets are not in the slots that they seem to be in.
bool is_aligned(base::ByteView block);

/// `slot` is below 32.
void read_slot(base::ByteView block, unsigned slot, SlotFrame& out);
void write_slot(std::span<std::uint8_t> block, unsigned slot, const SlotFrame& frame);

/// A frame of silence.
const SlotFrame& silent_frame(G711Law law);

}  // namespace cadenas::media::tdm
