#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// The background noise of a pause, as RFC 3389 sends it. A value.
struct ComfortNoise {
  /// Of the spectrum; a payload may bring more, they are left out.
  static constexpr std::size_t kMaxOrder = 10;

  std::uint8_t level = 127;                          ///< -dBov, 0 (loudest) … 127 (RFC 3389 §3.1)
  std::array<std::uint8_t, kMaxOrder> reflection{};  ///< quantised coefficients, 0…254 (RFC 3389 §3.2)
  std::uint8_t order = 0;                            ///< how many of them; 0 is white noise

  friend bool operator==(const ComfortNoise&, const ComfortNoise&) = default;
};

/// Reads a payload of type CN. Nothing if it is empty or a coefficient is the reserved 255.
std::optional<ComfortNoise> parse_comfort_noise(base::ByteView payload);
/// Writes the payload and returns its octets; 0 if `out` has no room for level and coefficients.
std::size_t write_comfort_noise(const ComfortNoise& noise, std::span<std::uint8_t> out);
/// Describes the noise of a frame, 10 ms or more at 8 kHz, that holds no speech.
ComfortNoise describe_noise(Samples frame);

/// Makes noise that sounds as described. A value; one thread at a time.
class NoiseGenerator {
 public:
  /// Any seed; the same one gives the same noise.
  explicit NoiseGenerator(std::uint32_t seed) : state_(seed * 2 + 1) {}

  /// From the next sample on; the level gets there within some 10 ms.
  void set(const ComfortNoise& noise);
  void fill(SampleBuffer out);

 private:
  double white();

  std::uint32_t state_;
  std::array<double, ComfortNoise::kMaxOrder> reflection_{};
  std::array<double, ComfortNoise::kMaxOrder + 1> memory_{};
  std::size_t order_ = 0;
  double gain_ = 0;
  double wanted_gain_ = 0;
};

}  // namespace cadenas::media
