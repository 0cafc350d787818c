#include "media/audio/level.hpp"

#include <algorithm>
#include <cmath>

namespace cadenas::media {
namespace {

constexpr double kOverload = 32'768;

}  // namespace

double level_dbov(Samples audio) {
  std::int64_t energy = 0;
  for (const std::int16_t sample : audio) energy += std::int64_t{sample} * sample;
  if (energy == 0) return kSilenceDbov;
  const double mean = static_cast<double>(energy) / static_cast<double>(audio.size());
  return std::max(kSilenceDbov, 10 * std::log10(mean / (kOverload * kOverload)));
}

double rms_of_dbov(double level) {
  return kOverload * std::pow(10.0, level / 20);
}

}  // namespace cadenas::media
