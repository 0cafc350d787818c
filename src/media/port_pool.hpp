#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace cadenas::media {

/// The free RTP ports of one address family; the RTCP port above comes with each. Given out in an order nobody can
/// guess, and the port that was given back last comes last, so that late packets of a call find no other. Thread-safe.
class PortPool {
 public:
  /// Even ports from `first` to `last` whose odd neighbour is in the range too.
  PortPool(std::uint16_t first, std::uint16_t last);

  std::optional<std::uint16_t> take();
  void give_back(std::uint16_t rtp_port);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::uint16_t> free_;
};

}  // namespace cadenas::media
