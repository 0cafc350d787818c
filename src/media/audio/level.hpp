#pragma once

#include "media/audio/frame.hpp"

namespace cadenas::media {

/// The least level that is told apart from silence (RFC 6464 §3, RFC 3389 §3).
inline constexpr double kSilenceDbov = -127;

/// RMS of the samples in dBov: 0 is a square wave of full scale, a full-scale sine is -3 (RFC 6464 §3). -127 for
/// silence and for no samples.
double level_dbov(Samples audio);
/// RMS in units of a sample.
double rms_of_dbov(double level);

}  // namespace cadenas::media
