#include "media/port_pool.hpp"

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"

namespace cadenas::media {
namespace {

/// The system's randomness as a generator of the standard library.
struct SystemRandom {
  using result_type = std::uint32_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() {
    result_type value = 0;
    base::fill_random({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
    return value;
  }
};

}  // namespace

PortPool::PortPool(std::uint16_t first, std::uint16_t last) {
  for (unsigned port = first + (first & 1u); port + 1 <= last; port += 2) {
    if (port != 0) free_.push_back(static_cast<std::uint16_t>(port));
  }
  std::ranges::shuffle(free_, SystemRandom{});
}

std::optional<std::uint16_t> PortPool::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::nullopt;
  const std::uint16_t port = free_.front();
  free_.pop_front();
  return port;
}

void PortPool::give_back(std::uint16_t rtp_port) {
  const std::lock_guard lock(mutex_);
  free_.push_back(rtp_port);
}

std::size_t PortPool::size() const {
  const std::lock_guard lock(mutex_);
  return free_.size();
}

}  // namespace cadenas::media
