#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/hmac_sha1.hpp"
#include "media/ice_counters.hpp"
#include "media/ice_params.hpp"
#include "media/ice_peers.hpp"
#include "media/leg_outlet.hpp"
#include "media/leg_work.hpp"
#include "media/own_packet.hpp"
#include "media/stun_answer.hpp"
#include "media/stun_message.hpp"

namespace cadenas::media {

/// ICE on the RTP port of one leg, as a lite agent (RFC 8445 §2.5): it answers the peer's checks and learns from them
/// where the peer is. It stays where it is as long as packets of it may be leaving. One media thread.
///
/// A stranger who finds the port costs us one HMAC a check at most, and that only if it knows the username, which
/// nobody has but who reads the signalling. What it gets is never more than it sent, and ten times a second a leg at
/// most, so that it can neither use us against others nor take the room for answers from the peer. A check that is
/// repeated from another address by who reads along passes, as with every lite agent; it moves what only the peer can
/// decrypt (we agree on ICE only together with DTLS), and the peer's next nomination moves it back.
class IceLeg final : public LegWorker {
 public:
  /// Called within `put`, when the peer has nominated `peers().destination()`; `elsewhere`: it was another before.
  using Nominated = std::function<void(bool elsewhere)>;

  /// `work`, `outlet` and `counters` outlive it.
  IceLeg(LegWork& work, LegOutlet& outlet, IceCounters& counters, Nominated nominated);
  ~IceLeg() { work_.forget(*this); }
  IceLeg(const IceLeg&) = delete;
  IceLeg& operator=(const IceLeg&) = delete;

  /// What signalling says now; see IceParams.
  void configure(IceParams params);
  /// The leg is without ICE from now on.
  void stop();
  bool is_used() const { return params_.has_value(); }

  /// Who may be let in, and where to send.
  const IcePeers& peers() const { return peers_; }

  /// A datagram of STUN from the network, while `is_used`. Does not allocate.
  void put(base::ByteView datagram, const base::Endpoint& source, base::SteadyTime now);

  void work(base::SteadyTime now) override;
  void expire(base::SteadyTime) override {}

 private:
  struct Answer {
    OwnPacket packet;
    std::size_t octets = 0;  // that are to leave; 0: none
    base::Endpoint to;
  };

  std::optional<StunError> refusal(const StunMessage& message, base::ByteView datagram) const;
  Counter& counter(StunError error);
  void accept(const StunMessage& message, const base::Endpoint& source);
  void refuse(const StunMessage& message, StunError error, std::size_t asked_octets, const base::Endpoint& source,
              base::SteadyTime now);
  Answer* free_answer();
  void send(Answer& answer, StunAnswer& written, const base::Endpoint& to);

  LegWork& work_;
  LegOutlet& outlet_;
  IceCounters& counters_;
  Nominated on_nominated_;
  std::optional<IceParams> params_;
  std::string username_;  // of a check: ours, a colon, the peer's
  std::optional<HmacSha1> password_;
  IcePeers peers_;
  std::optional<base::SteadyTime> next_refusal_;  // of who has no credentials, at the earliest
  std::array<Answer, 4> answers_;
};

}  // namespace cadenas::media
