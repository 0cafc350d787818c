// The media session of a Call: opened before a phone rings, and another one where an external relay has lost it, or
// where somebody comes who needs another.

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

media::AddressFamily family_of(const sip::Flow& flow) {
  return flow.remote.is_v6() ? media::AddressFamily::ip6 : media::AddressFamily::ip4;
}

bool fits(const MediaEnd& has, const MediaEnd& wanted) {
  if (has.index() != wanted.index()) return false;
  const auto* port = std::get_if<media::tdm::PortId>(&wanted);
  return !port || *port == std::get<media::tdm::PortId>(has);
}

}  // namespace

MediaEnd Call::end_of(const Party& party) const {
  if (party.slot) return *party.slot;
  return family_of(*party.leg->flow());
}

void Call::open_media(const MediaEnd& a, const MediaEnd& b, const MediaOpened& opened) {
  const std::uint64_t id = services_.last_session_id.fetch_add(1) + 1;
  media_.open(id, a, b, shakes_hands(), loop_,
              [self = shared_from_this(), opened](const base::Result<CallSession>& session) {
                if (!session)
                  base::log::warning("call.no-media", {{"call", self->id_}, {"code", session.error().code}});
                if (self->state_ != CallState::ended) return opened(session);
                if (session) self->close_media(*session);
              });
}

bool Call::shakes_hands() const {
  const auto uses_dtls = [](const PartyPtr& party) { return party && party->media && party->media->uses_dtls(); };
  return may_shake_hands_ || uses_dtls(at(Side::a)) || uses_dtls(at(Side::b));
}

void Call::close_media(const CallSession& session) {
  media_.close(session, loop_, [](const std::optional<CallStats>&) {});
}

// Where a port calls, whether packets or another slot are opposite is known once the number is.
bool Call::opens_media(const sip::Flow& towards, const std::function<void()>& then) {
  if (session_) return false;
  open_media(end_of(*at(Side::a)), family_of(towards),
             [self = shared_from_this(), then](const base::Result<CallSession>& opened) {
               if (!opened) return self->fail_setup({503, opened.error().message, 10, opened.error().code});
               self->session_ = *opened;
               then();
             });
  return true;
}

// Who of a number's contacts is a browser is known once they are found. The caller has no answer yet, so that another
// session costs it nothing; where there is none, the contacts that need it are left out.
void Call::have_handshakes(const std::function<void()>& then) {
  if (transfer_ || may_shake_hands_ || !session_.at(Side::b).dtls.empty()) return then();
  may_shake_hands_ = true;
  open_media(session_.end(Side::a), session_.end(Side::b),
             [self = shared_from_this(), then](const base::Result<CallSession>& opened) {
               self->may_shake_hands_ = opened.has_value();
               if (opened) {
                 self->close_media(std::exchange(self->session_, *opened));
                 self->at(Side::a)->media->move_to(self->session_.at(Side::a));
               }
               then();
             });
}

void Call::fit_media(const std::function<void()>& then) {
  const bool fits_both = session_ && fits(session_.end(Side::a), end_of(*at(Side::a))) &&
                         fits(session_.end(Side::b), end_of(*at(Side::b)));
  // Who joins with a handshake finds a relay that has none.
  const bool can_shake_hands = session_ && (!session_.at(Side::a).dtls.empty() || !session_.at(Side::b).dtls.empty());
  if (fits_both && (can_shake_hands || session_.is_on_bus() || !shakes_hands())) return then();
  renew_media(then);
}

// A slot is taken over from whoever has it, so that the new session comes before the old one goes.
void Call::renew_media(const std::function<void()>& then) {
  // But two slots that are joined part by whichever of them is named.
  if (session_ && session_.is_on_bus()) close_media(std::exchange(session_, {}));
  open_media(end_of(*at(Side::a)), end_of(*at(Side::b)),
             [self = shared_from_this(), then](const base::Result<CallSession>& opened) {
               if (!opened) {
                 if (self->state_ == CallState::answered) return self->hang_up(opened.error().code);
                 return self->fail_setup({503, opened.error().message, 10, opened.error().code});
               }
               if (self->session_) {
                 ++self->media_moves_;
                 self->close_media(self->session_);
               }
               self->session_ = *opened;
               for (const Side side : {Side::a, Side::b}) {
                 const PartyPtr& party = self->at(side);
                 party->before = {};
                 party->media->move_to(self->session_.at(side));
               }
               then();
             });
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
  open_media(end_of(*at(Side::a)), end_of(*at(Side::b)), [self = shared_from_this(), again](const auto& opened) {
    if (!opened) return again();
    if (!self->can_move()) {
      self->close_media(*opened);
      return again();
    }
    self->close_media(self->session_);
    self->session_ = *opened;
    ++self->media_moves_;
    base::log::info("call.media-moved", {{"call", self->id_}});
    const PartyPtr a = self->at(Side::a);
    const PartyPtr b = self->at(Side::b);
    a->before = b->before = {};
    a->media->move_to(self->session_.at(Side::a));
    b->media->move_to(self->session_.at(Side::b));
    self->exchange_ = Exchange{Exchange::Kind::move, b, a};
    self->make_offer_to(a, b->media->remote_audio(), true);
  });
}

}  // namespace cadenas::pbx
