#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/departure.hpp"
#include "media/leg_media.hpp"
#include "media/rtp_leg.hpp"
#include "media/side_counters.hpp"

namespace cadenas::media {

/// One relayed session without its sockets: what is let in, what it becomes and where it goes. One thread at a time.
class Session {
 public:
  explicit Session(std::shared_ptr<SessionCounters> counters, LegPlace a = {}, LegPlace b = {})
      : counters_(std::move(counters)), legs_{RtpLeg(counters_->a, a), RtpLeg(counters_->b, b)} {}

  /// See LegMedia. Keys have the length of their suites. Allocates.
  void configure(Side side, LegMedia media);

  /// Takes the packet in the first `octets` of `buffer`, which arrived on `port` of `from`, and turns it into what the
  /// other leg is to get, in place: the room behind it is for the tag. Nothing if it goes nowhere; the counters say
  /// why. Does not allocate except for the first packet of an SSRC.
  std::optional<Departure> relay(Side from, Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                 const base::Endpoint& source, base::SteadyTime now);

  /// Reports what the kernel did with a departure.
  void sent(const Departure& departure, bool accepted) { leg(departure.side).sent(departure, accepted); }

 private:
  RtpLeg& leg(Side side) { return legs_[static_cast<std::size_t>(side)]; }
  void find_shared_keys();
  std::optional<Departure> forward(Side from, const RtpLeg::Arrival& arrival, std::span<std::uint8_t> buffer,
                                   bool pass_through);

  std::shared_ptr<SessionCounters> counters_;
  std::array<RtpLeg, 2> legs_;
  std::array<bool, 2> shares_key_{};  // [from]: what that leg receives is, as it is, what the other sends
};

}  // namespace cadenas::media
