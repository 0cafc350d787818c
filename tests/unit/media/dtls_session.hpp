#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dtls_peer.hpp"
#include "media/dtls_profile.hpp"
#include "media/session.hpp"
#include "packets.hpp"

namespace cadenas::media::test {

constexpr DtlsRole other_end(DtlsRole role) {
  return role == DtlsRole::active ? DtlsRole::passive : DtlsRole::active;
}

/// A session whose leg a has its keys from a handshake and whose leg b is clear, over a network that the test is: it
/// loses, turns round and forges. Our time is the test's; OpenSSL's own clock is the machine's, so where something was
/// lost, the test goes round until the handshake is done, however long that takes.
class DtlsSession : public testing::Test, public LegOutlet {
 protected:
  static base::Endpoint at(const char* address, std::uint16_t port) {
    return base::Endpoint::parse(address, port).value();
  }
  static inline const base::Endpoint kPeer = at("192.0.2.10", 4000);
  static inline const base::Endpoint kClear = at("192.0.2.20", 5000);
  static inline const base::Endpoint kStranger = at("203.0.113.66", 666);
  static constexpr auto kDeadline = std::chrono::seconds(20);

  struct Sent {
    base::Bytes datagram;
    base::Endpoint to;
    Protocol port;
  };
  void send(OwnPacket& packet, const OwnDatagram& datagram) override {
    const auto octets = static_cast<std::ptrdiff_t>(datagram.octets);
    auto& out = datagram.content == Content::dtls ? sent_ : answers_;
    out.push_back({{packet.buffer.begin(), packet.buffer.begin() + octets}, datagram.to, datagram.port});
    session_.sent({Side::a, datagram.port, false, false, datagram.octets, datagram.to, datagram.content}, true);
  }

  /// Leg a is DTLS towards `peer`, leg b clear.
  LegMedia leg(const DtlsPeer& peer, DtlsRole own) const {
    LegMedia media;
    media.remote_rtp = kPeer;
    media.rtcp_mux = true;
    media.dtls = DtlsParams{own, {peer.fingerprint()}, {dtls_suites().begin(), dtls_suites().end()}, 0};
    return media;
  }
  void configure(LegMedia media) {
    session_.configure(Side::a, std::move(media));
    LegMedia clear;
    clear.remote_rtp = kClear;
    clear.rtcp_mux = true;
    session_.configure(Side::b, std::move(clear));
  }

  /// Hands a packet to a leg; what would leave by the other.
  std::optional<base::Bytes> feed(Side from, const base::Bytes& packet, const base::Endpoint& source,
                                  Protocol port = Protocol::rtp) {
    base::Bytes buffer = packet;
    buffer.resize(2048);
    const auto out = session_.relay(from, port, buffer, packet.size(), source, now_);
    if (!out) return std::nullopt;
    EXPECT_EQ(out->content, Content::media);
    session_.sent(*out, true);
    buffer.resize(out->octets);
    return buffer;
  }
  std::optional<base::Bytes> from_peer(const base::Bytes& packet, const base::Endpoint& source = kPeer) {
    return feed(Side::a, packet, source);
  }
  std::optional<base::Bytes> from_clear(const base::Bytes& packet) { return feed(Side::b, packet, kClear); }

  /// All pieces of work that are asked for now, and timers that are due.
  void work() {
    while (work_.next() && *work_.next() <= now_) work_.step(now_);
  }
  /// What left by that port since it was asked last.
  std::vector<Sent> take_sent(Protocol port) {
    std::vector<Sent> taken;
    for (Sent& sent : sent_) {
      if (sent.port == port) taken.push_back(std::move(sent));
    }
    std::erase_if(sent_, [&](const Sent& sent) { return sent.port == port; });
    return taken;
  }
  bool has_sent(Protocol port) const {
    return std::ranges::any_of(sent_, [&](const Sent& sent) { return sent.port == port; });
  }
  /// Carries what both ends have to send by that port, until neither has anything.
  void carry(DtlsPeer& peer, const base::Endpoint& source = kPeer, Protocol port = Protocol::rtp) {
    do {
      work();
      for (const Sent& sent : take_sent(port)) {
        if (!keeps_ || keeps_(sent.datagram)) peer.run(sent.datagram);
      }
      for (const base::Bytes& datagram : std::exchange(peer.out, {})) {
        if (!keeps_ || keeps_(datagram)) feed(Side::a, datagram, source, port);
      }
      work();
    } while (has_sent(port) || !peer.out.empty());
  }
  /// Until both are done or one has failed.
  void shake(DtlsPeer& peer, const base::Endpoint& source = kPeer, Protocol port = Protocol::rtp) {
    peer.run();
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    for (;;) {
      carry(peer, source, port);
      if (stats(port).state == DtlsState::failed || peer.has_failed()) return;
      if (stats(port).state == DtlsState::established && peer.is_done()) return;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "the handshake was never done";
        return;
      }
      now_ += base::Millis{5};
      peer.tick();
      std::this_thread::yield();
    }
  }

  /// Voice and RTCP pass both ways, and libsrtp2 agrees.
  void expect_voice(DtlsPeer& peer, std::uint16_t sequence = 100) {
    const base::Bytes to_us = rtp_packet(7, sequence);
    EXPECT_EQ(from_peer(peer.protect(to_us)), to_us);
    const base::Bytes to_peer = rtp_packet(9, sequence);
    const auto sealed = from_clear(to_peer);
    ASSERT_TRUE(sealed);
    EXPECT_NE(*sealed, to_peer);
    EXPECT_EQ(peer.unprotect(*sealed), to_peer);
    const base::Bytes report = receiver_report(7);
    EXPECT_EQ(from_peer(peer.protect(report)), report);
    const auto sealed_report = from_clear(receiver_report(9));
    ASSERT_TRUE(sealed_report);
    EXPECT_EQ(peer.unprotect(*sealed_report), receiver_report(9));
  }
  DtlsStats stats(Protocol port = Protocol::rtp) const {
    return counters_->a.dtls_of(port).read().value_or(DtlsStats{});
  }
  SideStats leg_stats() const { return counters_->a.read(); }

  base::SteadyTime now_{std::chrono::seconds(1000)};
  DtlsContext context_{base::WallTime{std::chrono::days(20'000)}, {.retransmit = base::Millis{20}}};
  LegWork work_{context_};
  std::shared_ptr<SessionCounters> counters_ = std::make_shared<SessionCounters>();
  Session session_{counters_, {&work_, this}, {&work_, this}};
  std::vector<Sent> sent_;                         // of handshakes
  std::vector<Sent> answers_;                      // to checks of ICE
  std::function<bool(const base::Bytes&)> keeps_;  // what the network does not lose; none: it loses nothing
};

}  // namespace cadenas::media::test
