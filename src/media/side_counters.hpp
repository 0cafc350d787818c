#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"
#include "media/counter.hpp"
#include "media/dtls_counters.hpp"
#include "media/ice_counters.hpp"
#include "media/leg_media.hpp"
#include "media/session_stats.hpp"

namespace cadenas::media {

/// The live form of FlowStats, whose words apply.
struct FlowCounters {
  Counter rx_authenticated, rx_authenticated_octets;
  Counter rx_clear, rx_clear_octets;
  Counter rx_auth_failed, rx_replayed, rx_clear_refused, rx_malformed, rx_wrong_source, rx_early, rx_limit;
  Counter rx_not_forwarded;
  Counter tx_encrypted, tx_encrypted_octets;
  Counter tx_clear, tx_clear_octets;
  Counter tx_errors;

  FlowStats read() const;
};

/// The live form of SideStats. Written by the session's media thread, read by any.
struct SideCounters {
  FlowCounters rtp;
  FlowCounters rtcp;
  Counter moved;
  DtlsCounters dtls;
  DtlsCounters rtcp_dtls;  // on a port of its own
  IceCounters ice;

  DtlsCounters& dtls_of(Protocol port) { return port == Protocol::rtp ? dtls : rtcp_dtls; }
  void set_suites(std::optional<Suite> receive, std::optional<Suite> send);
  void let_in(std::uint32_t ssrc, base::SteadyTime now);
  SideStats read() const;

 private:
  static constexpr std::int64_t kNever = -1;
  std::atomic<bool> configured_{false};
  std::atomic<std::uint8_t> receive_suite_{0};  // 0: clear, else the suite + 1
  std::atomic<std::uint8_t> send_suite_{0};
  std::atomic<std::int64_t> receive_ssrc_{kNever};
  std::atomic<std::int64_t> last_packet_{kNever};  // nanoseconds of the steady clock
};

/// Shared by the session and whoever asks for its statistics; outlives neither owner.
struct SessionCounters {
  SideCounters a;
  SideCounters b;
  Counter passed_through;

  SideCounters& side(Side s) { return s == Side::a ? a : b; }
  SessionStats read() const { return {a.read(), b.read(), passed_through.read()}; }
};

}  // namespace cadenas::media
