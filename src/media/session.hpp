#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/latch.hpp"
#include "media/leg_media.hpp"
#include "media/receive_keys.hpp"
#include "media/send_keys.hpp"
#include "media/side_counters.hpp"
#include "media/srtp_cipher.hpp"

namespace cadenas::media {

/// A packet that is ready for the wire, in the buffer it came in.
struct Departure {
  Side side;          ///< leave through this leg…
  Protocol protocol;  ///< …from its RTP or its RTCP port
  bool is_rtcp;       ///< what it is, which on a shared port is not what the port is
  bool is_encrypted;
  std::size_t octets;
  base::Endpoint destination;
};

/// One relayed session without its sockets: what is let in, what it becomes and where it goes. One thread at a time.
class Session {
 public:
  explicit Session(std::shared_ptr<SessionCounters> counters) : counters_(std::move(counters)) {}

  /// See LegMedia. Keys have the length of their suites. Allocates.
  void configure(Side side, LegMedia media);

  /// Takes the packet in the first `octets` of `buffer`, which arrived on `port` of `from`, and turns it into what the
  /// other leg is to get, in place: the room behind it is for the tag. Nothing if it goes nowhere; the counters say
  /// why. Does not allocate except for the first packet of an SSRC.
  std::optional<Departure> relay(Side from, Protocol port, std::span<std::uint8_t> buffer, std::size_t octets,
                                 const base::Endpoint& source, base::SteadyTime now);

  /// Reports what the kernel did with a departure.
  void sent(const Departure& departure, bool accepted);

 private:
  struct Leg {
    bool configured = false;
    bool srtp_only = false;
    bool rtcp_mux = false;
    Direction direction = Direction::inactive;
    PayloadTypeMap payload_types;
    Latch rtp;
    Latch rtcp;
    ReceiveKeys receive;
    SendKeys send;
  };
  struct Arrival;

  Leg& leg(Side side) { return legs_[static_cast<std::size_t>(side)]; }
  void find_shared_keys();
  bool let_in_clear(Arrival& arrival);
  bool let_in_authentic(Arrival& arrival);
  std::optional<Departure> forward(Arrival& arrival);

  std::array<Leg, 2> legs_;
  std::array<bool, 2> shares_key_{};  // [from]: what that leg receives is, as it is, what the other sends
  std::shared_ptr<SessionCounters> counters_;
};

}  // namespace cadenas::media
