#include "media/ice_peers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cadenas::media {

bool IcePeers::put(const base::Endpoint& source, bool nominates) {
  auto place = std::find(checked_.begin(), end(), source);
  if (place == end()) {
    if (count_ < kMost) ++count_;
    place = std::prev(end());
    *place = source;
  }
  std::rotate(checked_.begin(), place, std::next(place));
  if (!nominates) return false;
  const bool was_nominated = std::exchange(is_nominated_, true);
  if (was_nominated && source == destination_) return false;
  destination_ = source;
  return true;
}

void IcePeers::restart() {
  count_ = 0;
  is_nominated_ = false;
}

bool IcePeers::has(const base::Endpoint& source) const {
  return source == destination_ || std::find(checked_.begin(), end(), source) != end();
}

IceState IcePeers::state() const {
  if (is_nominated_) return IceState::nominated;
  return count_ > 0 ? IceState::checked : IceState::waiting;
}

}  // namespace cadenas::media
