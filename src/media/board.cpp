#include "media/board.hpp"

#include <utility>

#include "media/board_impl.hpp"

namespace cadenas::media {

Board::Board(BoardSettings settings, const base::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(settings), clock)) {}

Board::~Board() = default;

base::Result<SessionPorts> Board::open(SessionId id, AddressFamily a, AddressFamily b) {
  base::Result<LegSockets> a_sockets = impl_->bind(a);
  if (!a_sockets) return tl::unexpected(a_sockets.error());
  base::Result<LegSockets> b_sockets = impl_->bind(b);
  if (!b_sockets) return tl::unexpected(b_sockets.error());
  const SessionPorts ports{impl_->advertised(a, a_sockets->rtp_port()), impl_->advertised(b, b_sockets->rtp_port())};

  const std::lock_guard lock(impl_->mutex);
  MediaThread* thread = impl_->threads[impl_->next_thread].get();
  auto counters = std::make_shared<SessionCounters>();
  if (!impl_->sessions.try_emplace(id, Impl::Entry{counters, thread}).second) {
    return base::fail("media.session-exists", "A media session with this number is open already.");
  }
  impl_->next_thread = (impl_->next_thread + 1) % impl_->threads.size();
  thread->post(MediaThread::Add{id, std::move(counters), std::move(*a_sockets), std::move(*b_sockets)});
  return ports;
}

base::Result<void> Board::configure(SessionId id, Side side, LegMedia media) {
  if (base::Result<void> checked = impl_->check(media); !checked) return checked;
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->sessions.find(id);
  if (found == impl_->sessions.end()) return base::fail("media.no-session", "There is no such media session.");
  found->second.thread->post(MediaThread::Configure{id, side, std::move(media)});
  return {};
}

const std::vector<DtlsFingerprint>& Board::dtls_fingerprints() const {
  return impl_->dtls.fingerprints();
}

std::optional<SessionStats> Board::close(SessionId id) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->sessions.find(id);
  if (found == impl_->sessions.end()) return std::nullopt;
  const SessionStats last = found->second.counters->read();
  found->second.thread->post(MediaThread::Remove{id});
  impl_->sessions.erase(found);
  return last;
}

std::optional<SessionStats> Board::stats(SessionId id) const {
  std::shared_ptr<SessionCounters> counters;
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->sessions.find(id);
    if (found == impl_->sessions.end()) return std::nullopt;
    counters = found->second.counters;
  }
  return counters->read();
}

std::size_t Board::sessions() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->sessions.size() + impl_->slots.size();
}

std::size_t Board::free_ports(AddressFamily family) const {
  return impl_->pool(family).size();
}

}  // namespace cadenas::media
