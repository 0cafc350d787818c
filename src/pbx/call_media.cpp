// The media session of a Call: opened before anybody rings, and another one where an external relay has lost it.

#include <utility>

#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/call.hpp"
#include "pbx/calls.hpp"

namespace cadenas::pbx {

namespace {

// Long enough for a transfer or an offer under way to come to its end.
constexpr unsigned most_tries = 30;
constexpr base::Millis between_tries{1'000};

media::AddressFamily family_of(const Party& party) {
  return party.leg->flow()->remote.is_v6() ? media::AddressFamily::ip6 : media::AddressFamily::ip4;
}

}  // namespace

void Call::open_media(const std::function<void(std::uint64_t, const media::SessionPorts*)>& opened) {
  const std::uint64_t id = services_.last_session_id.fetch_add(1) + 1;
  const auto family = family_of(*at(Side::a));
  services_.media->open(id, family, family, loop_,
                        [self = shared_from_this(), id, opened](const base::Result<media::SessionPorts>& ports) {
                          if (!ports) {
                            base::log::warning("call.no-media", {{"call", self->id_}, {"code", ports.error().code}});
                          }
                          if (self->state_ != CallState::ended) return opened(id, ports ? &*ports : nullptr);
                          if (ports) self->close_media(id);
                        });
}

void Call::close_media(std::uint64_t id) {
  services_.media->close(id, loop_, [](const std::optional<media::SessionStats>&) {});
}

void Call::take_session(std::uint64_t id, const media::SessionPorts& ports) {
  session_ = id;
  local_[0] = {ports.a.address(), ports.a.port()};
  local_[1] = {ports.b.address(), ports.b.port()};
}

void Call::on_media_lost() {
  if (state_ == CallState::ended) return;
  base::log::warning("call.media-lost", {{"call", id_}, {"from", from_}, {"to", to_}});
  move_media(most_tries);
}

bool Call::can_move() const {
  if (state_ != CallState::answered || exchange_ || transfer_) return false;
  for (const PartyPtr& party : parties_) {
    if (!party || !party->confirmed || party->gone || !party->media || !party->media->agreed()) return false;
    if (party->media->state() != PartyMedia::State::stable) return false;
  }
  return true;
}

void Call::move_media(unsigned tries_left) {
  const auto again = [weak = weak_from_this(), tries_left] {
    const auto self = weak.lock();
    if (!self || self->state_ == CallState::ended || tries_left == 0) return;
    // While it rings there is nothing to move yet, however long that takes.
    const unsigned next = self->state_ == CallState::answered ? tries_left - 1 : tries_left;
    self->loop_.after(between_tries, [weak, next] {
      const auto call = weak.lock();
      if (call && call->state_ != CallState::ended) call->move_media(next);
    });
  };
  if (!can_move()) return again();
  open_media([self = shared_from_this(), again](std::uint64_t id, const media::SessionPorts* ports) {
    if (!ports) return again();
    if (!self->can_move()) {
      self->close_media(id);
      return again();
    }
    self->close_media(self->session_);
    self->take_session(id, *ports);
    ++self->media_moves_;
    base::log::info("call.media-moved", {{"call", self->id_}});
    const PartyPtr a = self->at(Side::a);
    const PartyPtr b = self->at(Side::b);
    a->before = b->before = {};
    a->media->move_to(self->local_[0]);
    b->media->move_to(self->local_[1]);
    self->exchange_ = Exchange{Exchange::Kind::move, b, a};
    self->make_offer_to(a, b->media->remote_audio(), true);
  });
}

}  // namespace cadenas::pbx
