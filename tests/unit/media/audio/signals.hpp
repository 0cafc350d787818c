#pragma once

#include <cstdint>
#include <vector>

#include "media/audio/frame.hpp"

namespace cadenas::media::test {

using Audio = std::vector<std::int16_t>;

Audio sine(SampleRate rate, double hz, double seconds, double amplitude = 10'000);
/// Between speech and a sweep: harmonics of a voice that glides between 95 and 155 Hz under three moving formants, as
/// loud as syllables are, about -21 dBov, nothing above `highest_hz`. A function of time, so that it can be had with
/// any delay, in seconds, without a filter.
Audio speech(SampleRate rate, double seconds, double highest_hz = 3'400, double delay = 0);
Audio white_noise(SampleRate rate, double seconds, double amplitude, unsigned seed = 1);

/// By how many seconds `heard` is behind `speech(rate, …, highest_hz)`, by cross-correlation, to an eighth of a sample.
double delay_of(const Audio& heard, SampleRate rate, double highest_hz = 3'400, double at_most = 0.1);

/// Signal to noise of each 20 ms, dB, from `skip` seconds on; nothing for those more than 50 dB below full scale. Each
/// counts for -10…35 dB as is usual for the mean.
std::vector<double> segment_snrs(const Audio& wanted, const Audio& heard, SampleRate rate, double skip = 0.1);
double mean(const std::vector<double>& values);
/// Mean of `segment_snrs`.
double segmental_snr(const Audio& wanted, const Audio& heard, SampleRate rate, double skip = 0.1);

/// The largest second difference: what a click has much of and voice below 4 kHz little. In sample units.
double sharpest_corner(Samples audio);
double level(Samples audio);
/// Amplitude of one frequency, in sample units.
double amplitude_at(Samples audio, SampleRate rate, double hz);

}  // namespace cadenas::media::test
