// The board's sessions of a time slot.
#include <utility>

#include "media/board.hpp"
#include "media/board_impl.hpp"

namespace cadenas::media {

base::Result<base::Endpoint> Board::open_slot(SessionId id, tdm::TimeSlot slot, AddressFamily family) {
  base::Result<LegSockets> sockets = impl_->bind(family);
  if (!sockets) return tl::unexpected(sockets.error());
  const base::Endpoint here = impl_->advertised(family, sockets->rtp_port());

  const std::lock_guard lock(impl_->mutex);
  MediaThread* thread = impl_->threads[impl_->next_thread].get();
  auto counters = std::make_shared<SideCounters>();
  if (!impl_->slots.try_emplace(id, Impl::SlotEntry{counters, slot.counters(), thread}).second) {
    return base::fail("media.session-exists", "A media session with this number is open already.");
  }
  impl_->next_thread = (impl_->next_thread + 1) % impl_->threads.size();
  thread->post(MediaThread::AddSlot{id, std::move(counters), std::move(*sockets), std::move(slot)});
  return here;
}

base::Result<void> Board::configure_slot(SessionId id, LegMedia media, tdm::SlotAudio audio) {
  if (base::Result<void> checked = impl_->check(media); !checked) return checked;
  if (!has_voice(audio.voice)) {
    return base::fail("media.no-voice", "The party has no voice codec that this board knows.", "m=");
  }
  // Here and not on the media thread, which has voices to carry.
  auto voice = std::make_unique<tdm::SlotVoice>(std::move(audio));
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->slots.find(id);
  if (found == impl_->slots.end()) return base::fail("media.no-session", "There is no such media session.");
  found->second.thread->post(MediaThread::ConfigureSlot{id, std::move(media), std::move(voice)});
  return {};
}

void Board::dial_slot(SessionId id, char digit) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->slots.find(id);
  if (found != impl_->slots.end()) found->second.thread->post(MediaThread::DialSlot{id, digit});
}

std::optional<tdm::SlotSessionStats> Board::close_slot(SessionId id) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->slots.find(id);
  if (found == impl_->slots.end()) return std::nullopt;
  const tdm::SlotSessionStats last = found->second.read();
  found->second.thread->post(MediaThread::RemoveSlot{id});
  impl_->slots.erase(found);
  return last;
}

std::optional<tdm::SlotSessionStats> Board::slot_stats(SessionId id) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->slots.find(id);
  return found == impl_->slots.end() ? std::nullopt : std::optional(found->second.read());
}

base::Result<void> Board::join_slot(RoomId room, MemberId member, tdm::TimeSlot slot) {
  const std::lock_guard lock(impl_->mutex);
  auto counters = std::make_shared<MemberCounters>();
  const base::Result<MediaThread*> thread = impl_->let_in(room, member, counters);
  if (!thread) return tl::unexpected(thread.error());
  (*thread)->post(MediaThread::JoinSlot{room, member, std::move(counters), std::move(slot)});
  return {};
}

}  // namespace cadenas::media
