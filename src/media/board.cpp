#include "media/board.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "media/media_thread.hpp"
#include "media/port_pool.hpp"
#include "media/side_counters.hpp"

namespace cadenas::media {
namespace {

bool fits(const std::optional<SrtpParams>& params) {
  return !params || params->keying.size() == facts(params->suite).keying();
}

}  // namespace

class Board::Impl {
 public:
  Impl(BoardSettings given, const base::Clock& clock)
      : settings(std::move(given)),
        ports{PortPool(settings.first_port, settings.last_port), PortPool(settings.first_port, settings.last_port)} {
    const unsigned count = std::clamp(settings.threads, 1u, 64u);
    for (unsigned i = 0; i < count; ++i) {
      const std::optional<unsigned> core =
          i < settings.pin_to.size() ? std::optional(settings.pin_to[i]) : std::nullopt;
      threads.push_back(std::make_unique<MediaThread>(clock, i, core, settings.engine));
    }
  }

  PortPool& pool(AddressFamily family) { return ports[static_cast<std::size_t>(family)]; }
  const base::Endpoint& local(AddressFamily family) const {
    return family == AddressFamily::ip4 ? settings.bind_ip4 : settings.bind_ip6;
  }
  base::Endpoint advertised(AddressFamily family, std::uint16_t port) const {
    const base::Endpoint& said = family == AddressFamily::ip4 ? settings.advertise_ip4 : settings.advertise_ip6;
    return (said.is_set() ? said : local(family)).with_port(port);
  }
  /// The port range of the board itself, under the address it is bound to or the one it tells.
  bool is_own(const base::Endpoint& at) const {
    if (!at.is_set() || at.port() < settings.first_port || at.port() > settings.last_port) return false;
    const auto host = at.host_only();
    for (const auto* own : {&settings.bind_ip4, &settings.bind_ip6, &settings.advertise_ip4, &settings.advertise_ip6}) {
      if (own->is_set() && host == own->host_only()) return true;
    }
    return false;
  }
  base::Result<LegSockets> bind(AddressFamily family) {
    if (!local(family).is_set()) {
      return base::fail("media.no-address", family == AddressFamily::ip4
                                                ? "The media board has no IPv4 address to listen on."
                                                : "The media board has no IPv6 address to listen on.");
    }
    return LegSockets::bind(local(family), pool(family));
  }

  struct Entry {
    std::shared_ptr<SessionCounters> counters;
    MediaThread* thread;
  };

  const BoardSettings settings;
  std::array<PortPool, 2> ports;
  mutable std::mutex mutex;  // guards what follows; never taken for a packet
  std::unordered_map<SessionId, Entry> sessions;
  std::size_t next_thread = 0;
  std::vector<std::unique_ptr<MediaThread>> threads;  // last: they give ports back when they go
};

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
  if (!fits(media.receive) || !fits(media.send)) {
    return base::fail("media.key-length", "The SRTP key does not have the length that its suite asks for.", "crypto");
  }
  // Two sessions that are told to send to each other would pass one packet round for ever.
  if (impl_->is_own(media.remote_rtp) || impl_->is_own(media.remote_rtcp)) {
    return base::fail("media.own-address", "The peer asks for its media at a port of this board.", "c=");
  }
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->sessions.find(id);
  if (found == impl_->sessions.end()) return base::fail("media.no-session", "There is no such media session.");
  found->second.thread->post(MediaThread::Configure{id, side, std::move(media)});
  return {};
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
  return impl_->sessions.size();
}

std::size_t Board::free_ports(AddressFamily family) const {
  return impl_->pool(family).size();
}

}  // namespace cadenas::media
