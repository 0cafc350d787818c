#pragma once

#include <array>
#include <cstddef>

#include "base/endpoint.hpp"
#include "media/ice_stats.hpp"

namespace cadenas::media {

/// Where the peer is by its checks: the addresses they came from, and which of them it nominated. A value.
///
/// Nothing is sent before a nomination: a lite agent has no valid pair until then (RFC 8445 §7.3.2, §12.1.1). Of
/// several nominations the last one counts. RFC 8445 §8.1.1 lets the pair of the highest priority win, but a lite agent
/// gives its pairs the priority it likes (§7.3.2), and ours rises with time: towards a lite agent nobody may nominate
/// aggressively (RFC 5245 §8.1.1), so who nominates again wants to be somewhere else. Browsers do so when they change
/// the network.
class IcePeers {
 public:
  /// More than a browser has networks; of more, those that checked last.
  static constexpr std::size_t kMost = 16;

  /// A valid check came from there. True if it nominates the place to send to: another one, or the first since a
  /// restart.
  bool put(const base::Endpoint& source, bool nominates);
  /// New credentials: all have to check anew, but data goes on as it did until one is nominated (RFC 8445 §9).
  void restart();

  /// Whether something from there may be of the peer.
  bool has(const base::Endpoint& source) const;
  /// Where to send; not set before the first nomination.
  const base::Endpoint& destination() const { return destination_; }
  IceState state() const;

 private:
  using Checked = std::array<base::Endpoint, kMost>;
  Checked::iterator end() { return checked_.begin() + static_cast<std::ptrdiff_t>(count_); }
  Checked::const_iterator end() const { return checked_.begin() + static_cast<std::ptrdiff_t>(count_); }

  Checked checked_;  // the last first
  std::size_t count_ = 0;
  base::Endpoint destination_;
  bool is_nominated_ = false;  // since the last restart
};

}  // namespace cadenas::media
