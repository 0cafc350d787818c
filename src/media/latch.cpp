#include "media/latch.hpp"

namespace cadenas::media {

void Latch::signal(const base::Endpoint& remote, Latching policy) {
  if (!(remote == signalled_)) {
    signalled_ = remote;
    destination_ = remote;
    latched_ = false;
  } else if (policy == Latching::off) {
    destination_ = remote;
    latched_ = false;
  }
  policy_ = policy;
  open_for_ = kOpenPackets;
  peers_ = nullptr;
}

void Latch::follow_checks(const IcePeers& peers) {
  *this = {};
  peers_ = &peers;
}

bool Latch::admit_clear(const base::Endpoint& source) {
  if (peers_) return hears(source);
  if (latched_ && source == destination_) {
    if (open_for_ > 0) open_for_ = source == signalled_ ? 0 : open_for_ - 1;
    return true;
  }
  const bool eligible =
      policy_ == Latching::any_host || (signalled_.is_set() && source.host_only() == signalled_.host_only());
  if (policy_ == Latching::off) return eligible;
  if (!eligible || open_for_ == 0) return false;
  destination_ = source;
  latched_ = true;
  open_for_ = source == signalled_ ? 0 : open_for_ - 1;
  return true;
}

void Latch::follow_authentic(const base::Endpoint& source) {
  if (peers_ || policy_ == Latching::off) return;
  destination_ = source;
  latched_ = true;
}

}  // namespace cadenas::media
