#include "media/audio/delay_estimate.hpp"

#include <algorithm>
#include <cstdlib>

namespace cadenas::media {
namespace {

constexpr std::size_t kPacketsABlock = 64;
// After this many packets an old one weighs 1/e; before, all weigh the same.
constexpr std::uint32_t kMemory = 500;
constexpr float kMayBeLate = 0.03F;

}  // namespace

DelayEstimate::DelayEstimate(std::uint32_t clock, std::uint32_t least_ms, std::uint32_t most_ms)
    : unit_ms_(clock / 1000), least_(unit_ms_ * least_ms), most_(unit_ms_ * most_ms), target_(least_) {}

void DelayEstimate::add(std::int64_t transit) {
  if (last_transit_) jitter_ += (static_cast<double>(std::abs(transit - *last_transit_)) - jitter_) / 16;
  last_transit_ = transit;
  note_quickest(transit);
  note_delay(transit - quickest_);
}

void DelayEstimate::forget_path() {
  blocks_used_ = in_block_ = 0;
  share_ = {};
  counted_ = 0;
}

void DelayEstimate::note_quickest(std::int64_t transit) {
  if (blocks_used_ == 0 || in_block_ == kPacketsABlock) {
    block_ = blocks_used_ == 0 ? 0 : (block_ + 1) % kBlocks;
    blocks_used_ = std::min(blocks_used_ + 1, kBlocks);
    blocks_[block_] = transit;
    in_block_ = 0;
  }
  ++in_block_;
  blocks_[block_] = std::min(blocks_[block_], transit);
  quickest_ = *std::min_element(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(blocks_used_));
}

void DelayEstimate::note_delay(std::int64_t delay) {
  counted_ = std::min(counted_ + 1, kMemory);
  const float weight = 1.0F / static_cast<float>(counted_);
  for (float& share : share_) share *= 1 - weight;
  const auto bin = static_cast<std::size_t>(delay / (unit_ms_ * static_cast<std::int64_t>(kBinMs)));
  share_[std::min(bin, kBins - 1)] += weight;

  float late = 0;
  std::size_t needed = kBins;
  while (needed > 1 && late + share_[needed - 1] <= kMayBeLate) late += share_[--needed];
  target_ = std::clamp(static_cast<std::int64_t>(needed * kBinMs) * unit_ms_, least_, most_);
}

}  // namespace cadenas::media
