#pragma once

#include <memory>

#include "media/audio/band_sums.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/member_speech.hpp"
#include "media/member_stats.hpp"
#include "media/tdm/time_slot.hpp"

namespace cadenas::media::tdm {

/// A time slot that is a member of a conference room: no packets, so nothing of it is or could be encrypted (CONF-3).
/// One media thread; its voice costs no lock, no allocation and no log.
class SlotMember {
 public:
  SlotMember(MemberId id, std::shared_ptr<MemberCounters> counters, TimeSlot slot,
             std::shared_ptr<const DigitSink> digits);

  void take_seat(Seat seat);
  bool is_in_sum() const { return is_in_sum_; }

  // The three steps of a frame, as those of RoomMember.
  void hear();
  void add_to(BandSums& sums);
  void tell(BandSums& sums);

 private:
  MemberId id_;
  std::shared_ptr<MemberCounters> counters_;
  TimeSlot slot_;
  std::shared_ptr<const DigitSink> digits_;
  MemberSpeech speech_{SampleRate::narrow};
  DtmfDetector detector_;
  Seat seat_ = Seat::talks;
  bool is_in_sum_ = false;
};

}  // namespace cadenas::media::tdm
