#include "media/tdm/e1_block.hpp"

#include <array>

namespace cadenas::media::tdm {
namespace {

// The bit for international use is 1, no alarm is told, spare bits are 1.
constexpr std::uint8_t kAlignment = 0x9b;
constexpr std::uint8_t kNoAlignment = 0xdf;
constexpr std::uint8_t kAlignmentBits = 0x7f;

SlotFrame filled(std::uint8_t octet) {
  SlotFrame frame;
  frame.fill(octet);
  return frame;
}

}  // namespace

const SlotFrame& silent_frame(G711Law law) {
  static const std::array<SlotFrame, 2> kSilent{filled(g711_encode(G711Law::a, 0)),
                                                filled(g711_encode(G711Law::mu, 0))};
  return kSilent[law == G711Law::a ? 0 : 1];
}

void clear_block(std::span<std::uint8_t> block, G711Law law) {
  const std::uint8_t silence = silent_frame(law)[0];
  for (std::size_t frame = 0; frame < kFrameOctets; ++frame) {
    const std::span<std::uint8_t> slots = block.subspan(frame * kSlots, kSlots);
    for (std::uint8_t& octet : slots) octet = silence;
    slots[kFramingSlot] = frame % 2 == 0 ? kAlignment : kNoAlignment;
    slots[kSignallingSlot] = 0xff;
  }
}

bool is_aligned(base::ByteView block) {
  if (block.size() != kBlockOctets) return false;
  for (std::size_t frame = 0; frame < kFrameOctets; ++frame) {
    const std::uint8_t octet = block[frame * kSlots];
    const bool has_signal = (octet & kAlignmentBits) == (kAlignment & kAlignmentBits);
    // Bit 2 of the frames between is 1, so that none of them looks like the signal.
    if (frame % 2 == 0 ? !has_signal : (octet & 0x40) == 0) return false;
  }
  return true;
}

void read_slot(base::ByteView block, unsigned slot, SlotFrame& out) {
  for (std::size_t frame = 0; frame < kFrameOctets; ++frame) out[frame] = block[frame * kSlots + slot];
}

void write_slot(std::span<std::uint8_t> block, unsigned slot, const SlotFrame& from) {
  for (std::size_t frame = 0; frame < kFrameOctets; ++frame) block[frame * kSlots + slot] = from[frame];
}

}  // namespace cadenas::media::tdm
