#include "media/room.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::media {

void Room::join(MemberId id, std::shared_ptr<MemberCounters> counters, LegSockets sockets, PacketLoop& loop,
                LegWork& work) {
  members_.insert_or_assign(id, std::make_unique<RoomMember>(id, std::move(counters), std::move(sockets), loop, work,
                                                             digits_, wall_at_zero_));
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

void Room::use_bands() {
  BandSet heard = 0;
  for (const auto& [id, member] : members_) {
    if (member->voice()) heard |= band_bit(member->voice()->rate());
  }
  if (!slots_.empty()) heard |= band_bit(SampleRate::narrow);
  BandSet all = heard;
  for (const auto& [id, link] : links_) all |= link.wanted();
  for (const SampleRate band : kBands) {
    if ((all & band_bit(band)) != 0) sums_.use(band);
  }
  for (auto& [id, link] : links_) {
    BandSet others = heard;
    for (const auto& [other, there] : links_) {
      if (other != id) others |= there.wanted();
    }
    link.want(others);
  }
}

void Room::tell_links() {
  const auto speaks = [](const auto& entry) { return entry.second.speaks(); };
  const bool is_member = std::ranges::any_of(members_, [](const auto& entry) { return entry.second->is_in_sum(); }) ||
                         std::ranges::any_of(slots_, [](const auto& entry) { return entry.second.is_in_sum(); });
  const auto speaking = std::ranges::count_if(links_, speaks);
  for (auto& [id, link] : links_) link.tell(sums_, is_member || speaking > (link.speaks() ? 1 : 0));
}

void Room::mix(base::SteadyTime now) {
  sums_.begin_frame();
  shared_.begin_frame();
  for (auto& [id, member] : members_) member->hear(now);
  for (auto& [id, slot] : slots_) slot.hear();
  for (auto& [id, link] : links_) link.hear();
  use_bands();
  for (auto& [id, member] : members_) member->add_to(sums_);
  for (auto& [id, slot] : slots_) slot.add_to(sums_);
  for (auto& [id, link] : links_) link.add_to(sums_);
  // Before the announcements, which each room makes itself.
  tell_links();
  announcer_.play(sums_);
  for (auto& [id, member] : members_) member->tell(sums_, shared_);
  for (auto& [id, slot] : slots_) slot.tell(sums_);
}

}  // namespace cadenas::media
