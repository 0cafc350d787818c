#include "media/room_link.hpp"

#include <array>

namespace cadenas::media {
namespace {

constexpr std::array<std::int16_t, kMaxFrameSamples> kSilence{};

}  // namespace

void RoomLink::add_to(BandSums& sums) const {
  if (!heard_) return;
  for (const SampleRate band : kBands) {
    // A band that somebody began to listen in is missing from what was on its way.
    if ((heard_->bands & band_bit(band)) != 0 && sums.is_used(band)) sums.add(band, heard_->in(band));
  }
}

void RoomLink::tell(const BandSums& sums, bool is_anybody) {
  BridgePipe::Frame* frame = out_->next();
  if (!frame) return;
  frame->bands = 0;
  for (const SampleRate band : kBands) {
    if (!is_anybody || (wanted() & band_bit(band)) == 0 || !sums.is_used(band)) continue;
    const bool is_in = heard_ && (heard_->bands & band_bit(band)) != 0;
    const Samples own = is_in ? heard_->in(band) : Samples(kSilence).first(samples_in(band, kFrameMs));
    sums.write_without(band, own, frame->room(band));
    frame->bands |= band_bit(band);
  }
  out_->push();
}

}  // namespace cadenas::media
