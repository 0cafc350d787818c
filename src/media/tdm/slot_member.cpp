#include "media/tdm/slot_member.hpp"

#include <array>
#include <utility>

#include "media/tdm/port.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

SlotMember::SlotMember(MemberId id, std::shared_ptr<MemberCounters> counters, TimeSlot slot,
                       std::shared_ptr<const DigitSink> digits)
    : id_(id), counters_(std::move(counters)), slot_(std::move(slot)), digits_(std::move(digits)) {}

void SlotMember::take_seat(Seat seat) {
  seat_ = seat;
  counters_->seat.store(seat, kRelaxed);
}

void SlotMember::hear() {
  slot_.hear(speech_.buffer());
  speech_.take(true);
  if (speech_.speaks()) {
    const HeardDigits heard = detector_.hear(speech_.frame());
    for (const char digit : heard.text()) {
      if (*digits_) (*digits_)(id_, digit);
    }
  }
  is_in_sum_ = speech_.speaks() && seat_ == Seat::talks;
  counters_->level_dbov.store(static_cast<std::int8_t>(speech_.level()), kRelaxed);
  counters_->speaks.store(is_in_sum_, kRelaxed);
}

void SlotMember::add_to(BandSums& sums) {
  if (is_in_sum_) speech_.add_to(sums);
}

void SlotMember::tell(BandSums& sums) {
  std::array<std::int16_t, kFrameOctets> others{};
  if (seat_ == Seat::waits) return slot_.say(others);
  if (!is_in_sum_) return slot_.say(sums.all(SampleRate::narrow));
  sums.write_without(SampleRate::narrow, speech_.frame(), others);
  slot_.say(others);
}

}  // namespace cadenas::media::tdm
