#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "media/board.hpp"
#include "media/dtls_context.hpp"
#include "media/dtls_profile.hpp"
#include "media/media_thread.hpp"
#include "media/port_pool.hpp"
#include "media/side_counters.hpp"
#include "media/tdm/slot_channel.hpp"

namespace cadenas::media {

/// The inside of the board: its threads, its ports, and what is open.
class Board::Impl {
 public:
  Impl(BoardSettings given, const base::Clock& clock)
      : settings(std::move(given)),
        dtls(clock.now()),
        ports{PortPool(settings.first_port, settings.last_port), PortPool(settings.first_port, settings.last_port)} {
    const unsigned count = std::clamp(settings.threads, 1u, 64u);
    for (unsigned i = 0; i < count; ++i) {
      const std::optional<unsigned> core =
          i < settings.pin_to.size() ? std::optional(settings.pin_to[i]) : std::nullopt;
      threads.push_back(std::make_unique<MediaThread>(clock, dtls, i, core, settings.engine));
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

  /// Refuses what must not be configured; see Board::configure.
  base::Result<void> check(const LegMedia& media) const {
    const auto fits = [](const std::optional<SrtpParams>& params) {
      return !params || params->keying.size() == facts(params->suite).keying();
    };
    if (!fits(media.receive) || !fits(media.send)) {
      return base::fail("media.key-length", "The SRTP key does not have the length that its suite asks for.", "crypto");
    }
    if (media.dtls) {
      const DtlsParams& dtls_params = *media.dtls;
      const auto is_whole = [](const DtlsFingerprint& shown) { return shown.value.size() == octets(shown.hash); };
      if (dtls_params.peer.empty() || !std::ranges::all_of(dtls_params.peer, is_whole)) {
        return base::fail("media.dtls-fingerprint",
                          "DTLS-SRTP needs a fingerprint of the peer's certificate by SHA-256, SHA-384 or SHA-512.",
                          "fingerprint");
      }
      if (!std::ranges::any_of(dtls_params.suites, has_dtls_profile)) {
        return base::fail("media.dtls-suites", "None of the SRTP suites allowed has a profile of DTLS-SRTP.");
      }
      if (media.receive || media.send) {
        return base::fail("media.dtls-keys", "A leg has its keys from signalling or from DTLS, not from both.");
      }
    }
    if (media.ice) {
      // RFC 8839 §5.4.
      const auto is_between = [](std::size_t octets, std::size_t least) { return octets >= least && octets <= 256; };
      const IceParams& ice = *media.ice;
      if (!is_between(ice.own_ufrag.size(), 4) || !is_between(ice.peer_ufrag.size(), 4) ||
          !is_between(ice.own_password.size(), 22)) {
        return base::fail("media.ice", "A username fragment or the password of ICE is too short or too long.",
                          "ice-ufrag");
      }
      if (!media.rtcp_mux) return base::fail("media.ice", "With ICE, RTCP has to share the port of RTP.", "rtcp-mux");
    }
    // Two sessions that are told to send to each other would pass one packet round for ever.
    if (is_own(media.remote_rtp) || is_own(media.remote_rtcp)) {
      return base::fail("media.own-address", "The peer asks for its media at a port of this board.", "c=");
    }
    return {};
  }

  struct Entry {
    std::shared_ptr<SessionCounters> counters;
    MediaThread* thread;
  };
  struct RoomEntry {
    std::size_t thread;
    std::unordered_set<MemberId> members;
  };
  struct MemberEntry {
    RoomId room;
    MediaThread* thread;
    std::shared_ptr<MemberCounters> counters;
  };

  struct SlotEntry {
    std::shared_ptr<SideCounters> leg;
    std::shared_ptr<const tdm::SlotChannel> slot;
    MediaThread* thread;

    tdm::SlotSessionStats read() const { return {leg->read(), slot->stats()}; }
  };

  /// Writes the member down; with the mutex locked. The thread of the room; errors of Board::join about both.
  base::Result<MediaThread*> let_in(RoomId room, MemberId member, std::shared_ptr<MemberCounters> member_counters) {
    const auto found = rooms.find(room);
    if (found == rooms.end()) return base::fail("media.no-room", "There is no such conference room.");
    MediaThread* thread = threads[found->second.thread].get();
    if (!members.try_emplace(member, MemberEntry{room, thread, std::move(member_counters)}).second) {
      return base::fail("media.member-exists", "A member with this number is in a conference already.");
    }
    found->second.members.insert(member);
    return thread;
  }

  struct LinkEntry {
    RoomId a;
    RoomId b;
  };
  /// Whether voice of one room is heard in the other by links.
  bool are_linked(RoomId one, RoomId other) const;
  void post_to_room(RoomId room, MediaThread::Command command) {
    threads[rooms.at(room).thread]->post(std::move(command));
  }

  const BoardSettings settings;
  const DtlsContext dtls;
  std::array<PortPool, 2> ports;
  mutable std::mutex mutex;  // guards what follows; never taken for a packet
  std::unordered_map<SessionId, Entry> sessions;
  std::unordered_map<SessionId, SlotEntry> slots;
  std::unordered_map<RoomId, RoomEntry> rooms;
  std::unordered_map<MemberId, MemberEntry> members;
  std::unordered_map<LinkId, LinkEntry> links;
  std::size_t next_thread = 0;
  std::vector<std::unique_ptr<MediaThread>> threads;  // last: they give ports back when they go
};

}  // namespace cadenas::media
