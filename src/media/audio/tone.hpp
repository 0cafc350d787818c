#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// A part of a tone: up to two frequencies for a time. 0 Hz is none, two of them a pause.
struct ToneStep {
  std::array<std::uint16_t, 2> hz{};
  std::uint16_t ms = 0;
};

/// A tone as a list of steps, each with soft edges. Its steps must outlive who plays it: they are constants.
struct Tone {
  std::span<const ToneStep> steps;
  bool repeats = false;     ///< goes on until stopped; else it ends with its last step
  double level_dbm0 = -10;  ///< of each frequency; 0 dBm0 is 3.14 dB below a full-scale sine (G.711 table 5)
};

/// Plays one tone. A value; one thread at a time; allocates nothing.
class ToneGenerator {
 public:
  ToneGenerator(const Tone& tone, SampleRate rate);

  /// Writes the next samples, silence once it is over. True while there is more to come.
  bool fill(SampleBuffer out);

 private:
  void begin_step();
  /// A sine by turning a vector; exact enough for hours as it starts anew with each step.
  struct Oscillator {
    double real = 1;
    double imaginary = 0;
    double turn_real = 1;
    double turn_imaginary = 0;
    double next();
  };

  Tone tone_;
  SampleRate rate_;
  double amplitude_;
  std::size_t step_ = 0;
  std::size_t at_ = 0;    // samples into the step
  std::size_t size_ = 0;  // samples of the step
  std::array<Oscillator, 2> oscillators_{};
};

}  // namespace cadenas::media
