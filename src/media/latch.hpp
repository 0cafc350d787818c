#pragma once

#include "base/endpoint.hpp"
#include "media/ice_peers.hpp"
#include "media/leg_media.hpp"

namespace cadenas::media {

/// Where one leg's RTP (or RTCP) is sent, and who may move it: symmetric RTP (RFC 4961). A value.
///
/// A clear leg is open to a new source for the first packets after signalling only, and not any more once a packet came
/// from the signalled address itself: later nobody without keys can be told from an attacker (RTP bleed).
///
/// With ICE it does as the peer's checks say and nothing else: not even an authentic packet moves it, since the peer
/// that moves says so by a nomination (RFC 8445 §12.1), and a packet that was merely late would bring it back.
class Latch {
 public:
  /// What signalling says now. The same address again keeps the place packets go to, and opens a clear leg anew.
  void signal(const base::Endpoint& remote, Latching policy);
  /// With ICE, until the next `signal`. `peers` outlives that.
  void follow_checks(const IcePeers& peers);

  /// False if what comes from there is not even to be looked at: with ICE, from where no valid check came.
  bool hears(const base::Endpoint& source) const { return !peers_ || peers_->has(source); }

  /// A packet without authentication: true if it is let in; it may move the destination.
  bool admit_clear(const base::Endpoint& source);
  /// A packet that authenticated and is the newest of its stream moves the destination.
  void follow_authentic(const base::Endpoint& source);

  /// Not set: not known yet.
  const base::Endpoint& destination() const { return peers_ ? peers_->destination() : destination_; }

 private:
  static constexpr int kOpenPackets = 16;

  base::Endpoint signalled_;
  base::Endpoint destination_;
  Latching policy_ = Latching::off;
  bool latched_ = false;  // destination_ is a source that was heard, or the signalled one confirmed
  int open_for_ = 0;      // packets that may still bring another source
  const IcePeers* peers_ = nullptr;
};

}  // namespace cadenas::media
