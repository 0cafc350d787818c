#include "media/room.hpp"

#include <utility>

namespace cadenas::media {

void Room::join(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop) {
  members_.insert_or_assign(id,
                            std::make_unique<RoomMember>(id, std::move(counters), std::move(sockets), loop, digits_));
  members_.at(id)->begin();
}

void Room::join(MemberId id, std::shared_ptr<MemberCounters> counters, tdm::TimeSlot slot) {
  slots_.erase(id);
  slots_.try_emplace(id, id, std::move(counters), std::move(slot), digits_);
}

void Room::configure(MemberId id, LegMedia media, std::unique_ptr<MemberVoice> voice) {
  const auto found = members_.find(id);
  if (found == members_.end()) return;
  shared_.prepare(voice->agreed().sends.codec);
  found->second->configure(std::move(media), std::move(voice));
}

void Room::seat(MemberId id, Seat seat) {
  if (const auto found = members_.find(id); found != members_.end()) found->second->take_seat(seat);
  if (const auto found = slots_.find(id); found != slots_.end()) found->second.take_seat(seat);
}

std::unique_ptr<RoomMember> Room::take_out(MemberId id) {
  auto node = members_.extract(id);
  return node.empty() ? nullptr : std::move(node.mapped());
}

std::unique_ptr<RoomMember> Room::take_out_any() {
  return members_.empty() ? nullptr : take_out(members_.begin()->first);
}

void Room::mix(base::SteadyTime now) {
  sums_.begin_frame();
  shared_.begin_frame();
  for (auto& [id, member] : members_) {
    member->hear(now);
    if (member->voice()) sums_.use(member->voice()->rate());
  }
  for (auto& [id, slot] : slots_) {
    slot.hear();
    sums_.use(SampleRate::narrow);
  }
  for (auto& [id, member] : members_) member->add_to(sums_);
  for (auto& [id, slot] : slots_) slot.add_to(sums_);
  announcer_.play(sums_);
  for (auto& [id, member] : members_) member->tell(sums_, shared_);
  for (auto& [id, slot] : slots_) slot.tell(sums_);
}

}  // namespace cadenas::media
