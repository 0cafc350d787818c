#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

#include "base/clock.hpp"
#include "media/audio/band_sums.hpp"
#include "media/audio/room_announcer.hpp"
#include "media/audio/shared_encoders.hpp"
#include "media/room_link.hpp"
#include "media/room_member.hpp"
#include "media/tdm/slot_member.hpp"

namespace cadenas::media {

/// A conference room: every 20 ms each member hears all others (CONF-1). It lives on one media thread; once a member
/// has joined and was described, its voice costs no lock, no allocation and no log.
class Room {
 public:
  /// `digits` may be empty. `wall_at_zero`: see MemberReports.
  explicit Room(DigitSink digits, base::WallTime wall_at_zero = {})
      : digits_(std::make_shared<const DigitSink>(std::move(digits))), wall_at_zero_(wall_at_zero) {}

  /// Throws as PacketLoop::attach; then the member is to be taken out. `loop` and `work` outlive it.
  void join(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop, LegWork& work);
  /// A time slot joins; it is heard at once.
  void join(MemberId id, std::shared_ptr<MemberCounters> counters, tdm::TimeSlot slot);
  /// An id that is not in is passed over, here and below.
  void configure(MemberId id, LegMedia media, std::unique_ptr<MemberVoice> voice);
  void seat(MemberId id, Seat seat);
  void announce(Announcement announcement) { announcer_.add(announcement); }
  /// Takes a time slot out. False if no such one is in.
  bool take_out_slot(MemberId id) { return slots_.erase(id) > 0; }
  /// Takes the member out; it is to be ended. Null if it is not in, or a time slot.
  std::unique_ptr<RoomMember> take_out(MemberId id);
  /// The same for anyone who is left; null when empty.
  std::unique_ptr<RoomMember> take_out_any();

  /// From now on it hears another room, and is heard there; see RoomLink.
  void link(LinkId id, RoomLink link) { links_.insert_or_assign(id, std::move(link)); }
  void unlink(LinkId id) { links_.erase(id); }

  /// Mixes the 20 ms that begin at `now`. Call every 20 ms.
  void mix(base::SteadyTime now);

  std::size_t size() const { return members_.size() + slots_.size(); }

 private:
  void use_bands();
  void tell_links();

  std::shared_ptr<const DigitSink> digits_;
  base::WallTime wall_at_zero_;
  std::unordered_map<MemberId, std::unique_ptr<RoomMember>> members_;
  std::unordered_map<MemberId, tdm::SlotMember> slots_;
  std::unordered_map<LinkId, RoomLink> links_;
  BandSums sums_;
  SharedEncoders shared_;
  RoomAnnouncer announcer_;
};

}  // namespace cadenas::media
