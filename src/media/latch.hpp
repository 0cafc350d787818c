#pragma once

#include "base/endpoint.hpp"
#include "media/leg_media.hpp"

namespace cadenas::media {

/// Where one leg's RTP (or RTCP) is sent, and who may move it: symmetric RTP (RFC 4961). A value.
///
/// A clear leg is open to a new source for the first packets after signalling only, and not any more once a packet came
/// from the signalled address itself: later nobody without keys can be told from an attacker (RTP bleed).
class Latch {
 public:
  /// What signalling says now. The same address again keeps the place packets go to, and opens a clear leg anew.
  void signal(const base::Endpoint& remote, Latching policy);

  /// A packet without authentication: true if it is let in; it may move the destination.
  bool admit_clear(const base::Endpoint& source);
  /// A packet that authenticated and is the newest of its stream moves the destination.
  void follow_authentic(const base::Endpoint& source);

  const base::Endpoint& destination() const { return destination_; }

 private:
  static constexpr int kOpenPackets = 16;

  base::Endpoint signalled_;
  base::Endpoint destination_;
  Latching policy_ = Latching::off;
  bool latched_ = false;  // destination_ is a source that was heard, or the signalled one confirmed
  int open_for_ = 0;      // packets that may still bring another source
};

}  // namespace cadenas::media
