// The conference rooms of the board.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "media/board.hpp"
#include "media/board_impl.hpp"

namespace cadenas::media {

base::Result<void> Board::open_room(RoomId id, DigitSink digits) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->rooms.contains(id)) {
    return base::fail("media.room-exists", "A conference room with this number is open already.");
  }
  // Members weigh, rooms break the tie: a room stays where it is when it grows.
  std::vector<std::pair<std::size_t, std::size_t>> loads(impl_->threads.size());
  for (const auto& [other, room] : impl_->rooms) {
    loads[room.thread].first += room.members.size();
    ++loads[room.thread].second;
  }
  const auto least = static_cast<std::size_t>(std::ranges::min_element(loads) - loads.begin());
  impl_->rooms.try_emplace(id, Impl::RoomEntry{least, {}});
  impl_->threads[least]->post(MediaThread::OpenRoom{id, std::move(digits)});
  return {};
}

base::Result<base::Endpoint> Board::join(RoomId room, MemberId member, AddressFamily family) {
  base::Result<LegSockets> sockets = impl_->bind(family);
  if (!sockets) return tl::unexpected(sockets.error());
  const base::Endpoint here = impl_->advertised(family, sockets->rtp_port());

  const std::lock_guard lock(impl_->mutex);
  auto counters = std::make_shared<MemberCounters>();
  const base::Result<MediaThread*> thread = impl_->let_in(room, member, counters);
  if (!thread) return tl::unexpected(thread.error());
  (*thread)->post(MediaThread::Join{room, member, std::move(counters), std::move(*sockets)});
  return here;
}

base::Result<void> Board::configure_member(MemberId member, LegMedia media, MemberAudio audio) {
  if (base::Result<void> checked = impl_->check(media); !checked) return checked;
  if (!has_voice(audio)) {
    return base::fail("media.no-voice", "The member of the conference has no voice codec that this board knows.", "m=");
  }
  // Here and not on the media thread, which has voices to mix.
  auto voice = std::make_unique<MemberVoice>(std::move(audio));
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->members.find(member);
  if (found == impl_->members.end()) return base::fail("media.no-member", "There is no such member of a conference.");
  const Impl::MemberEntry& entry = found->second;
  entry.thread->post(MediaThread::ConfigureMember{entry.room, member, std::move(media), std::move(voice)});
  return {};
}

void Board::seat(MemberId member, Seat seat) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->members.find(member);
  if (found == impl_->members.end()) return;
  found->second.thread->post(MediaThread::TakeSeat{found->second.room, member, seat});
}

void Board::announce(RoomId room, Announcement announcement) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->rooms.find(room);
  if (found == impl_->rooms.end()) return;
  impl_->threads[found->second.thread]->post(MediaThread::Announce{room, announcement});
}

std::optional<MemberStats> Board::leave(MemberId member) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->members.find(member);
  if (found == impl_->members.end()) return std::nullopt;
  const Impl::MemberEntry entry = std::move(found->second);
  impl_->members.erase(found);
  impl_->rooms.at(entry.room).members.erase(member);
  entry.thread->post(MediaThread::Leave{entry.room, member});
  return entry.counters->read();
}

void Board::close_room(RoomId room) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->rooms.find(room);
  if (found == impl_->rooms.end()) return;
  for (const MemberId member : found->second.members) impl_->members.erase(member);
  std::erase_if(impl_->links, [&](const auto& entry) {
    const auto& [id, link] = entry;
    if (link.a != room && link.b != room) return false;
    impl_->post_to_room(link.a == room ? link.b : link.a, MediaThread::Unlink{link.a == room ? link.b : link.a, id});
    return true;
  });
  impl_->threads[found->second.thread]->post(MediaThread::CloseRoom{room});
  impl_->rooms.erase(found);
}

std::optional<MemberStats> Board::member_stats(MemberId member) const {
  std::shared_ptr<MemberCounters> counters;
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->members.find(member);
    if (found == impl_->members.end()) return std::nullopt;
    counters = found->second.counters;
  }
  return counters->read();
}

}  // namespace cadenas::media
