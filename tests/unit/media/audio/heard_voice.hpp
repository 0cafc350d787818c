#pragma once

#include <cstddef>
#include <ostream>
#include <set>

#include "signals.hpp"

namespace cadenas::media::test {

/// What came of `speech(rate, …)` at the end of a path, held against what was said and in step with it.
struct HeardVoice {
  double delay_ms;   ///< in the first half second; where it does not stay, the SNR is gone
  double level_db;   ///< against what was said, over all
  double snr_db;     ///< segmental, see `segment_snrs`
  double burst_db;   ///< most by which any 20 ms are louder than what was said then and 20 ms before and after
  double gap_db;     ///< most by which any 20 ms are quieter than that, where somebody speaks
  double sharpness;  ///< `sharpest_corner` against that of what was said
};
/// From 300 ms on; what comes before is the beginning of the path.
HeardVoice heard_voice(const Audio& heard, SampleRate rate);
std::ostream& operator<<(std::ostream& out, const HeardVoice& voice);

/// By how many dB the spectrum of these frames is off what was said in them: the mean over frames of the RMS over eight
/// bands of 400 Hz. Unlike the SNR it does not ask for the phase, which is what no concealment can guess and no ear
/// misses. Silence and noise in the place of a frame are off by far. The frames are numbered as they were said.
double spectrum_off(const Audio& heard, SampleRate rate, double delay_ms, const std::set<std::size_t>& frames);

/// The largest sample of the last 700 ms; where voice broke off a second ago, its concealment is over by then.
int loudest_at_the_end(const Audio& heard, SampleRate rate);
/// Silence, all of it: zero of A-law is 8.
inline constexpr int kQuiet = 16;

/// What came of a sine at the end of a path, over its last second.
struct HeardTone {
  double level_db;  ///< against `amplitude`
  double unsteady;  ///< most by which 100 ms are off the mean, in amplitude or phase; 1 is the tone itself
  double noise_db;  ///< all that is not the tone, against it
  double corner;    ///< the sharpest, in sample units
};
/// `hz` in whole tens.
HeardTone heard_tone(const Audio& heard, SampleRate rate, double hz, double amplitude);
std::ostream& operator<<(std::ostream& out, const HeardTone& tone);

}  // namespace cadenas::media::test
