// The setting up of a Call: contacts rung in parallel, early media, the first answer (RFC 3261 §16.7).

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/call.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/slot_description.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx {

namespace {

CallRefusal needs_board() {
  base::Error error = dtls_needs_board();
  return {488, std::move(error.message), {}, std::move(error.code)};
}

}  // namespace

AudioDescription Call::audio_for_forks() const {
  if (!transfer_) return caller_audio_ ? *caller_audio_ : default_audio();
  AudioDescription audio = at(media::other(transfer_->side))->media->remote_audio();
  // Whoever was put on hold for the transfer comes back to be spoken with.
  audio.direction = sip::Direction::sendrecv;
  return audio;
}

void Call::invite_number(const std::string& number, const std::string& referred_by) {
  struct Visitor {
    Call& call;
    const std::string& number;
    const std::string& referred_by;
    void operator()(const std::shared_ptr<const store::Subscription>& subscription) const {
      call.services_.find(number, call.loop_,
                          [weak = call.weak_from_this(), callee = Correspondent(subscription),
                           referred_by = referred_by](const std::vector<Binding>& bindings) {
                            const auto self = weak.lock();
                            if (!self || self->state_ == CallState::ended) return;
                            self->ring(bindings, callee, referred_by);
                          });
    }
    void operator()(const std::shared_ptr<const store::TdmPort>& port) const {
      call.invite_port(TdmPorts::leg_to(call.services_, *port), {port, port->number, port->display_name}, referred_by);
    }
    // A conference is called and not transferred to.
    void operator()(const std::shared_ptr<const store::ConferenceRoom>&) const { call.nobody_there(); }
    void operator()(const TrunkCall& trunk) const {
      if (call.may_leave()) call.invite_by_trunk(trunk, number, referred_by);
    }
    void operator()(const TdmTrunkCall& trunk) const {
      if (!call.may_leave()) return;
      call.invite_port(TdmPorts::leg_to(call.services_, trunk.channel->prefix, trunk.dialled, number),
                       {trunk.channel, number, {}}, referred_by);
    }
  };
  const auto destination = route(*services_.snapshot(), number);
  if (!destination) return nobody_there();
  std::visit(Visitor{*this, number, referred_by}, *destination);
}

void Call::nobody_there() {
  best_.add({404, {}, {}});
  forks_exhausted();
}

bool Call::may_leave() {
  if (!at(media::other(fork_side()))->who.is_outside()) return true;
  // Also by a transfer: two outsiders would speak at our expense, with nobody here in the call.
  best_.add({403, "Calls are not relayed between trunks.", {}, "trunk.no-relay"});
  forks_exhausted();
  return false;
}

void Call::invite_port(const std::shared_ptr<Leg>& leg, const Correspondent& callee, const std::string& referred_by) {
  add_fork(leg, {}, callee);
  start_ringing(referred_by);
}

void Call::on_seized(const PartyPtr& party, const media::tdm::PortId& port) {
  party->slot = port;
  const auto snapshot = services_.snapshot();
  const auto declared = snapshot->tdm_ports.find(port.text());
  if (declared != snapshot->tdm_ports.end()) party->who.port = declared->second;
  // Its voice was with another call meanwhile: what is being taken back from hold hears it on a new session.
  const bool seated = party == at(Side::a) || party == at(Side::b);
  if (seated && session_ && at(Side::a) && at(Side::b)) renew_media([] {});
}

void Call::ring(const std::vector<Binding>& bindings, const Correspondent& callee, const std::string& referred_by) {
  const bool opens = !bindings.empty() && opens_media(bindings.front().flow, [=, self = shared_from_this()] {
    self->ring(bindings, callee, referred_by);
  });
  if (opens) return;
  const bool browsers = std::ranges::any_of(bindings, [](const Binding& binding) { return is_browser(binding.flow); });
  if (!browsers) return ring_contacts(bindings, callee, referred_by);
  have_handshakes([=, self = shared_from_this()] { self->ring_contacts(bindings, callee, referred_by); });
}

void Call::ring_contacts(const std::vector<Binding>& bindings, const Correspondent& callee,
                         const std::string& referred_by) {
  const PartyPtr& other = at(media::other(fork_side()));
  for (const Binding& binding : bindings) {
    if (forks_.size() >= services_.settings.max_forks) break;
    // A number that calls itself rings its other phones only.
    const bool same_phone = other->leg->flow() && binding.flow == *other->leg->flow();
    if (same_phone && other->who.subscription && callee.number == other->who.number) continue;
    add_sip_fork({binding.flow, binding.contact_uri}, binding.user_agent, callee);
  }
  if (forks_.empty()) {
    best_.add({480, {}, {}});
    return forks_exhausted();
  }
  start_ringing(referred_by);
}

void Call::invite_by_trunk(const TrunkCall& to, const std::string& number, const std::string& referred_by) {
  trunk_ticket_ = services_.calls_by_trunk.take(to.trunk->name, to.trunk->max_calls);
  if (!trunk_ticket_) {
    best_.add({503, "All lines of the trunk are taken.", 10, "trunk.busy"});
    return forks_exhausted();
  }
  services_.reach(to.trunk, loop_,
                  [weak = weak_from_this(), to, callee = Correspondent(to.trunk, number, {}),
                   referred_by](const base::Result<sip::Flow>& flow) {
                    const auto self = weak.lock();
                    if (!self || self->state_ == CallState::ended) return;
                    self->trunk_reached(to, callee, flow, referred_by);
                  });
}

void Call::trunk_reached(const TrunkCall& to, const Correspondent& callee, const base::Result<sip::Flow>& flow,
                         const std::string& referred_by) {
  if (!flow) {
    base::log::warning("call.trunk-unreachable",
                       {{"call", id_}, {"trunk", to.trunk->name}, {"code", flow.error().code}});
    best_.add({502, "The trunk cannot be reached.", {}, flow.error().code});
    return forks_exhausted();
  }
  const bool opens =
      opens_media(*flow, [=, self = shared_from_this()] { self->trunk_reached(to, callee, flow, referred_by); });
  if (opens) return;
  add_sip_fork(target_at_trunk(to, *flow), {}, callee);
  start_ringing(referred_by);
}

void Call::start_ringing(const std::string& referred_by) {
  ring_timer_ = loop_.after(services_.settings.ring_timeout, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->state_ == CallState::ended) return;
    self->cancel_forks();
    self->best_ = {};
    self->best_.add({480, "Nobody answered in time.", {}});
    self->forks_exhausted();
  });
  for (const PartyPtr& fork : std::vector<PartyPtr>(forks_)) {
    if (state_ == CallState::ended || forks_.empty()) return;
    send_invitation(fork, false, referred_by);
  }
}

Call::PartyPtr Call::add_sip_fork(InviteTarget target, std::string user_agent, const Correspondent& callee) {
  Calls& there = *services_.per_loop.at(target.flow.loop);
  const auto leg = std::make_shared<OutboundLeg>(there, std::move(target), callee.number);
  if (callee.trunk) leg->set_trunk();
  return add_fork(leg, std::move(user_agent), callee);
}

Call::PartyPtr Call::add_fork(const std::shared_ptr<Leg>& leg, std::string user_agent, const Correspondent& callee) {
  auto fork = std::make_shared<Party>();
  fork->leg = leg;
  fork->who = callee;
  fork->user_agent = std::move(user_agent);
  fork->media.emplace(leg->flow() ? session_.at(fork_side()) : slot_place(), services_.settings.suites);
  forks_.push_back(fork);
  return fork;
}

policy::OfferPlan Call::plan_for(Party& party, const Party& other, policy::OfferMoment moment) {
  party.decision = judge(*services_.snapshot(), party, other, services_.certificate(), policy::MediaSeen::none);
  const auto plan = policy::plan_offer(party.decision, srtp_mode_of(party.who), offer_style_of(party), moment);
  return plan.value_or(policy::OfferPlan{});
}

void Call::send_invitation(const PartyPtr& fork, bool plain, const std::string& referred_by) {
  const PartyPtr& other = at(media::other(fork_side()));
  auto plan = plan_for(*fork, *other, policy::OfferMoment::in_request);
  if (fork->decision.voice == policy::VoiceTreatment::refuse) {
    best_.add({488, std::string(fork->decision.refusal.reason) + " " + failing_sentences(fork->decision), {}});
    return drop_fork(fork);
  }
  if (plain) plan = {policy::MediaForm::avp_plain, false};
  if (!fork->media->can_offer(plan.form)) {
    best_.add(needs_board());
    return drop_fork(fork);
  }
  fork->retry_plain = plan.retry_plain;
  fork->referred_by = referred_by;
  const bool relays = services_.settings.pass_through && plan.form != policy::MediaForm::avp_plain && !transfer_;
  auto sdp = fork->media->make_offer(audio_for_forks(), plan.form,
                                     relays ? other->media->relayable_keys() : std::vector<OwnCrypto>{});
  Invitation invitation;
  invitation.to_number = fork->who.number;
  invitation.from = other->who.identity();
  invitation.anonymous = anonymous_;
  invitation.referred_by = referred_by;
  invitation.max_forwards = max_forwards_;
  invitation.offer = std::make_shared<const sip::Sdp>(std::move(sdp));
  fork->leg->run([owner = weak_from_this(), &home = loop_, invitation = std::move(invitation)](Leg& leg) mutable {
    leg.set_owner(owner, home);
    leg.start(std::move(invitation));
  });
}

void Call::on_progress(const PartyPtr& fork, const leg_event::Progress& event) {
  if (fork->confirmed) return;
  if (transfer_) {
    if (event.status == 180) notify(transfer_->referrer, 180, false);
    return;
  }
  if (state_ == CallState::trying) state_ = CallState::ringing;
  const PartyPtr caller = at(Side::a);
  // Early media is one contact's: with several ringing the caller hears its own ringing tone.
  const bool early_media = event.sdp && forks_.size() == 1 && caller_audio_ && !early_answer_;
  if (early_media && fork->media->state() == PartyMedia::State::offering) {
    const auto audio = fork->media->take_answer(*event.sdp, event.reliable);
    if (!audio) {
      best_.add({488, audio.error().message, {}});
      end_leg(fork);
      return drop_fork(fork);
    }
    fork->early_described = true;
    const bool shared = services_.settings.pass_through && fork->media->encrypted();
    auto answer = caller->media->make_answer(*audio, shared ? fork->media->peer_key() : nullptr);
    early_answer_ = std::make_shared<const sip::Sdp>(std::move(answer));
    configure(Side::a, *caller);
    configure(Side::b, *fork);
  } else if (event.status == told_status_) {
    return;
  }
  told_status_ = event.status;
  const SharedSdp sdp = early_media ? early_answer_ : nullptr;
  caller->leg->run([status = event.status, sdp, connected = fork->who.identity()](Leg& leg) {
    leg.progress(status, sdp, connected);
  });
}

void Call::on_answered(const PartyPtr& fork, const leg_event::Answered& event) {
  fork->confirmed = true;
  base::Result<AudioDescription> audio = base::fail("call.answer-without-sdp", "The answer holds no description.");
  if (event.sdp && fork->media->state() == PartyMedia::State::offering) {
    audio = fork->media->take_answer(*event.sdp);
  } else if (fork->media->agreed()) {
    fork->media->drop_offer();
    audio = fork->media->remote_audio();
  }
  if (!audio) {
    // No silent fall back to clear voice: this contact is out (RFC 4568 §7.1.4, DOMAIN §3.1).
    base::log::warning("call.answer-refused", {{"call", id_}, {"code", audio.error().code}});
    best_.add({488, audio.error().message, {}});
    end_leg(fork);
    return drop_fork(fork);
  }
  loop_.cancel(ring_timer_);
  forks_.erase(std::find(forks_.begin(), forks_.end(), fork));
  std::vector<PartyPtr> losers;
  losers.swap(forks_);
  for (const PartyPtr& loser : losers) end_leg(loser, 487);
  if (transfer_) return complete_transfer(fork, true);
  at(Side::b) = fork;
  fit_media([self = shared_from_this(), fork] { self->complete_call(fork); });
}

void Call::complete_call(const PartyPtr& winner) {
  const PartyPtr caller = at(Side::a);
  state_ = CallState::answered;
  answered_at_ = loop_.clock().now();
  SharedSdp sdp = early_answer_;
  if (!caller_audio_) {
    // The caller's INVITE brought no description: our 200 is the offer (RFC 3261 §13.2.1).
    const auto plan = plan_for(*caller, *winner, policy::OfferMoment::in_response);
    if (caller->decision.voice == policy::VoiceTreatment::refuse) {
      return fail_setup({488, std::string(caller->decision.refusal.reason), {}});
    }
    if (!caller->media->can_offer(plan.form)) return fail_setup(needs_board());
    sdp = std::make_shared<const sip::Sdp>(caller->media->make_offer(winner->media->remote_audio(), plan.form));
    exchange_ = Exchange{Exchange::Kind::in_response, caller, winner};
  } else if (!sdp) {
    const bool shared = services_.settings.pass_through && winner->media->encrypted();
    sdp = std::make_shared<const sip::Sdp>(
        caller->media->make_answer(winner->media->remote_audio(), shared ? winner->media->peer_key() : nullptr));
  }
  caller->confirmed = true;
  if (caller->media->agreed()) configure(Side::a, *caller);
  configure(Side::b, *winner);
  respond(caller, sdp);
  if (early_answer_ && !winner->media->remote_audio().same_codecs(caller->media->local_audio())) {
    inform(caller, winner->media->remote_audio());
  }
}

void Call::on_fork_failed(const PartyPtr& fork, const leg_event::Failed& event) {
  if (std::find(forks_.begin(), forks_.end(), fork) == forks_.end()) return;
  fork->gone = true;
  if (fork->retry_plain && policy::refuses_secure_offer(event.status)) {
    // Once more in clear, as a new attempt (policy allows it): the leg's view says why.
    const auto& refusing = dynamic_cast<const OutboundLeg&>(*fork->leg);
    const PartyPtr again = add_sip_fork(refusing.target(), fork->user_agent, fork->who);
    again->clear_reason = (again->who.trunk ? std::string("The trunk") : std::string("The phone")) +
                          " refused the encrypted offer (" + std::to_string(event.status) +
                          ") and was called again in clear.";
    forks_.erase(std::find(forks_.begin(), forks_.end(), fork));
    return send_invitation(again, true, fork->referred_by);
  }
  best_.add({event.status, {}, event.retry_after});
  if (event.status >= 600) cancel_forks();
  drop_fork(fork);
}

void Call::drop_fork(const PartyPtr& fork) {
  const auto found = std::find(forks_.begin(), forks_.end(), fork);
  if (found != forks_.end()) forks_.erase(found);
  if (forks_.empty()) forks_exhausted();
}

void Call::cancel_forks() {
  loop_.cancel(ring_timer_);
  std::vector<PartyPtr> forks;
  forks.swap(forks_);
  for (const PartyPtr& fork : forks) end_leg(fork, 487);
}

void Call::forks_exhausted() {
  const CallRefusal refusal = best_.get();
  best_ = {};
  if (transfer_) return transfer_failed(refusal);
  fail_setup(refusal);
}

}  // namespace cadenas::pbx
