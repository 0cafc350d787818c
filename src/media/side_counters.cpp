#include "media/side_counters.hpp"

#include <chrono>

namespace cadenas::media {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

std::uint8_t stored(std::optional<Suite> suite) {
  return suite ? static_cast<std::uint8_t>(static_cast<std::uint8_t>(*suite) + 1) : std::uint8_t{0};
}
std::optional<Suite> restored(std::uint8_t value) {
  if (value == 0) return std::nullopt;
  return static_cast<Suite>(value - 1);
}

}  // namespace

FlowStats FlowCounters::read() const {
  return {
      .rx_authenticated = rx_authenticated.read(),
      .rx_authenticated_octets = rx_authenticated_octets.read(),
      .rx_clear = rx_clear.read(),
      .rx_clear_octets = rx_clear_octets.read(),
      .rx_auth_failed = rx_auth_failed.read(),
      .rx_replayed = rx_replayed.read(),
      .rx_clear_refused = rx_clear_refused.read(),
      .rx_malformed = rx_malformed.read(),
      .rx_wrong_source = rx_wrong_source.read(),
      .rx_early = rx_early.read(),
      .rx_limit = rx_limit.read(),
      .rx_not_forwarded = rx_not_forwarded.read(),
      .tx_encrypted = tx_encrypted.read(),
      .tx_encrypted_octets = tx_encrypted_octets.read(),
      .tx_clear = tx_clear.read(),
      .tx_clear_octets = tx_clear_octets.read(),
      .tx_errors = tx_errors.read(),
  };
}

void SideCounters::set_suites(std::optional<Suite> receive, std::optional<Suite> send) {
  receive_suite_.store(stored(receive), kRelaxed);
  send_suite_.store(stored(send), kRelaxed);
  configured_.store(true, kRelaxed);
}

void SideCounters::let_in(std::uint32_t ssrc, base::SteadyTime now) {
  receive_ssrc_.store(ssrc, kRelaxed);
  last_packet_.store(now.time_since_epoch().count(), kRelaxed);
}

SideStats SideCounters::read() const {
  SideStats out;
  out.rtp = rtp.read();
  out.rtcp = rtcp.read();
  out.moved = moved.read();
  out.dtls = dtls.read();
  out.rtcp_dtls = rtcp_dtls.read();
  out.ice = ice.read();
  out.configured = configured_.load(kRelaxed);
  out.receive_suite = restored(receive_suite_.load(kRelaxed));
  out.send_suite = restored(send_suite_.load(kRelaxed));
  if (const std::int64_t ssrc = receive_ssrc_.load(kRelaxed); ssrc != kNever) {
    out.receive_ssrc = static_cast<std::uint32_t>(ssrc);
  }
  if (const std::int64_t at = last_packet_.load(kRelaxed); at != kNever) {
    out.last_packet = base::SteadyTime{std::chrono::nanoseconds{at}};
  }
  return out;
}

}  // namespace cadenas::media
