// A Call whose parties are lent to a conference while somebody breaks into it (CONF-5, CONF-6), and come back.
#include <utility>

#include "base/log.hpp"
#include "pbx/call.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/intrusion_dialled.hpp"

namespace cadenas::pbx {

namespace {

std::string reason_of(const policy::IntrusionFacts& facts) {
  const std::string who = facts.newcomer.number;
  switch (facts.kind) {
    case policy::Intrusion::intrude:
      return "conference.intrusion: " + who + " has intruded into the call; its voice is clear until he leaves.";
    case policy::Intrusion::listen_in:
      return "conference.listen-in: " + who + " listens in on the call; its encryption stays as it was.";
    case policy::Intrusion::intervene:
      break;
  }
  return "conference.intervention: " + who + " speaks in the call; its encryption stays as it was.";
}

}  // namespace

bool Call::joins(const std::string& number) const {
  if (state_ != CallState::answered || lent_) return false;
  return at(Side::a) && at(Side::b) && (at(Side::a)->who.number == number || at(Side::b)->who.number == number);
}

policy::IntrusionSet Call::intrusion_set(const Party& party) const {
  policy::IntrusionSet out;
  out.number = party.who.number;
  if (party.who.subscription) {
    // As it is set now, not as it was when the call began.
    const store::Subscription* now = services_.snapshot()->find(party.who.number);
    out.is_protected = (now ? now : party.who.subscription.get())->intrusion_protected;
  }
  out.takes_clear = takes_clear(party);
  const PartyMedia& media = *party.media;
  out.encrypted = media.encrypted();
  out.in_conversation = party.confirmed && !party.gone && media.agreed() &&
                        media.state() == PartyMedia::State::stable &&
                        media.local_audio().direction == sip::Direction::sendrecv &&
                        media.remote_audio().direction == sip::Direction::sendrecv;
  return out;
}

void Call::lend(policy::IntrusionFacts facts, const Borrowed& to, base::Loop& borrower, const std::string& conference,
                const std::function<void(base::Result<void>)>& done) {
  const auto self = shared_from_this();
  base::Result<void> judged = base::fail("intrusion.no-call", "The call has just ended.");
  if (state_ == CallState::answered && !lent_ && at(Side::a) && at(Side::b)) {
    for (const Side side : {Side::a, Side::b}) {
      policy::IntrusionSet& set = facts.parties[static_cast<std::size_t>(side)];
      set = intrusion_set(*at(side));
      if (exchange_ || transfer_) set.in_conversation = false;
    }
    judged = policy::judge_intrusion(facts);
  }
  if (!judged) return borrower.post([done, judged] { done(judged); });
  lent_ = Lending{to, {at(Side::a)->leg, at(Side::b)->leg}, {}, &borrower, conference, reason_of(facts)};
  const std::optional<CallStats> stats = media_.stats(session_);
  for (const Side side : {Side::a, Side::b}) {
    const auto i = static_cast<std::size_t>(side);
    keep_left(view_in(side, stats));
    lent_->encrypted[i] = at(side)->media->encrypted();
    to[i]->lender = self;
    to[i]->lender_loop = &loop_;
    to[i]->party = std::move(*at(side));
    to[i]->party.before = {};
    to[i]->party.clear_reason = lent_->reason;
    at(side) = nullptr;
  }
  if (session_) close_media(std::exchange(session_, {}));
  borrower.post([done] { done({}); });
}

void Call::keep_left(LegView leg) {
  leg.state = "ended";
  left_.push_back(std::move(leg));
}

bool Call::pass_to_borrower(const std::shared_ptr<Leg>& leg, const LegEvent& event) {
  if (!lent_) return false;
  for (std::size_t i = 0; i < lent_->legs.size(); ++i) {
    if (lent_->legs[i] != leg) continue;
    if (const auto* moved = std::get_if<leg_event::Moved>(&event)) lent_->legs[i] = moved->leg;
    lent_->borrower->post([member = lent_->to[i], leg, event] { member->on_leg_event(leg, event); });
    return true;
  }
  return false;
}

void Call::take_back(const std::vector<LegView>& meanwhile) {
  const auto self = shared_from_this();
  if (!lent_) return;
  const Lending lent = *std::exchange(lent_, std::nullopt);
  for (const Side side : {Side::a, Side::b}) {
    const auto i = static_cast<std::size_t>(side);
    const auto party = std::make_shared<Party>(std::move(lent.to[i]->party));
    party->leg = lent.legs[i];
    party->before = {};
    party->clear_reason.clear();
    party->encrypts_again = lent.encrypted[i];
    if (state_ == CallState::ended) {
      end_leg(party);
    } else {
      at(side) = party;
    }
  }
  if (state_ == CallState::ended) return;
  for (const LegView& leg : meanwhile) keep_left(leg);
  // Nothing else is negotiated before they hear each other again.
  exchange_ = Exchange{Exchange::Kind::move, at(Side::b), at(Side::a)};
  open_media(end_of(*at(Side::a)), end_of(*at(Side::b)), [self](const base::Result<CallSession>& opened) {
    if (!opened) return self->hang_up(opened.error().code);
    self->session_ = *opened;
    for (const Side side : {Side::a, Side::b}) self->at(side)->media->move_to(self->session_.at(side));
    self->make_offer_to(self->at(Side::a), self->at(Side::b)->media->remote_audio(), true);
  });
}

void Call::lent_for_good(const std::vector<LegView>& meanwhile, const std::string& cause) {
  if (!lent_) return;
  lent_.reset();
  for (const LegView& leg : meanwhile) keep_left(leg);
  finalize(cause);
}

}  // namespace cadenas::pbx
