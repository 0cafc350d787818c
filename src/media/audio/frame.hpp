#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cadenas::media {

/// Linear audio, 16 bits, one channel; full scale is ±32,767.
using Samples = std::span<const std::int16_t>;
using SampleBuffer = std::span<std::int16_t>;

/// Samples a second of linear audio.
enum class SampleRate : std::uint32_t { narrow = 8'000, wide = 16'000, full = 48'000 };

constexpr std::uint32_t hertz(SampleRate rate) {
  return static_cast<std::uint32_t>(rate);
}
constexpr std::size_t samples_in(SampleRate rate, std::size_t ms) {
  return hertz(rate) / 1000 * ms;
}

/// The step of bridges and TDM ports: all audio inside is cut in frames of 20 ms.
inline constexpr std::size_t kFrameMs = 20;
/// What one packet may hold (a=ptime of RFC 8866 §6.4).
inline constexpr std::size_t kShortestPacketMs = 10;
inline constexpr std::size_t kLongestPacketMs = 60;
inline constexpr std::size_t kMaxFrameSamples = samples_in(SampleRate::full, kFrameMs);
inline constexpr std::size_t kMaxPacketSamples = samples_in(SampleRate::full, kLongestPacketMs);
/// Octets of the largest payload that is looked at; what fits an Ethernet frame.
inline constexpr std::size_t kMaxPayload = 1400;

}  // namespace cadenas::media
