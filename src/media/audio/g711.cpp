#include "media/audio/g711.hpp"

#include <array>
#include <bit>
#include <cstddef>

namespace cadenas::media {
namespace {

// Both laws: eight segments of sixteen steps, each segment twice as coarse as the one before (G.711 tables 1a and 2a).
constexpr unsigned kStepsMask = 0x0f;
constexpr unsigned kSign = 0x80;
// Every second bit of A-law is inverted on the line (G.711 §3.1), all bits of µ-law but the sign.
constexpr unsigned kEvenBits = 0x55;
constexpr unsigned kMuBias = 132;

constexpr std::uint8_t segment_and_step(unsigned magnitude, unsigned lowest_step_bits) {
  const unsigned width = static_cast<unsigned>(std::bit_width(magnitude | 0xffU));
  const unsigned segment = width - 8;
  if (segment > 7) return 0x7f;
  return static_cast<std::uint8_t>(segment << 4 |
                                   (magnitude >> (segment == 0 ? lowest_step_bits : segment + 3) & kStepsMask));
}

/// Index is the magnitude without the bits that no step of the law can tell apart.
template <std::size_t kDropped, bool kIsMu>
constexpr auto encoding_table() {
  std::array<std::uint8_t, (32'768 >> kDropped) + 1> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto magnitude = static_cast<unsigned>(i << kDropped);
    table[i] = kIsMu ? segment_and_step(magnitude + kMuBias, 3) : segment_and_step(magnitude, 4);
  }
  return table;
}

constexpr auto kToA = encoding_table<4, false>();
constexpr auto kToMu = encoding_table<2, true>();

constexpr std::int16_t from_a(unsigned octet) {
  const unsigned code = octet ^ kEvenBits;
  const unsigned segment = code >> 4 & 7;
  const int half_up = static_cast<int>((code & kStepsMask) << 4) + 8;
  const int magnitude = segment == 0 ? half_up : (half_up + 256) << (segment - 1);
  return static_cast<std::int16_t>((code & kSign) != 0 ? magnitude : -magnitude);
}

constexpr std::int16_t from_mu(unsigned octet) {
  const unsigned code = ~octet & 0xff;
  const int biased = static_cast<int>(((code & kStepsMask) << 3) + kMuBias) << (code >> 4 & 7);
  const int magnitude = biased - static_cast<int>(kMuBias);
  return static_cast<std::int16_t>((code & kSign) != 0 ? -magnitude : magnitude);
}

template <std::int16_t (*decode)(unsigned)>
constexpr auto decoding_table() {
  std::array<std::int16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) table[i] = decode(i);
  return table;
}

constexpr auto kFromA = decoding_table<from_a>();
constexpr auto kFromMu = decoding_table<from_mu>();

}  // namespace

std::uint8_t g711_encode(G711Law law, std::int16_t sample) {
  const int value = sample;
  if (law == G711Law::a) {
    // Minus one falls in the first negative step, so that no value has two codes.
    return static_cast<std::uint8_t>(value >= 0 ? kToA[static_cast<std::size_t>(value) >> 4] ^ kEvenBits ^ kSign
                                                : kToA[static_cast<std::size_t>(-value - 1) >> 4] ^ kEvenBits);
  }
  return static_cast<std::uint8_t>(value >= 0 ? kToMu[static_cast<std::size_t>(value) >> 2] ^ 0xff
                                              : kToMu[static_cast<std::size_t>(-value) >> 2] ^ 0x7f);
}

std::int16_t g711_decode(G711Law law, std::uint8_t octet) {
  return law == G711Law::a ? kFromA[octet] : kFromMu[octet];
}

}  // namespace cadenas::media
