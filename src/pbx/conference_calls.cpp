// Whom a Conference calls, to bring him in (CONF-3): contacts ring in parallel, the first answer is let in.
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/outbound_leg.hpp"
#include "pbx/routing.hpp"
#include "pbx/slot_description.hpp"
#include "pbx/tdm_ports.hpp"
#include "pbx/trunk_match.hpp"
#include "policy/media_form.hpp"

namespace cadenas::pbx {

namespace {

using RoomPtr = std::shared_ptr<const store::ConferenceRoom>;

base::Result<void> nobody_there() {
  return base::fail("call.unknown-number", "Nobody is reached by this number.", "number");
}

}  // namespace

base::Result<void> Conference::call(const std::string& number) {
  struct Visitor {
    Conference& room;
    const std::string& number;
    base::Result<void> operator()(const std::shared_ptr<const store::Subscription>& subscription) const {
      room.call_subscription(Correspondent(subscription));
      return {};
    }
    base::Result<void> operator()(const std::shared_ptr<const store::TdmPort>& port) const {
      room.call_port(TdmPorts::leg_to(room.services_, *port), {port, port->number, port->display_name});
      return {};
    }
    // Rooms hear each other by a link.
    base::Result<void> operator()(const RoomPtr&) const { return nobody_there(); }
    base::Result<void> operator()(const TrunkCall& trunk) const { return room.call_by_trunk(trunk, number); }
    base::Result<void> operator()(const TdmTrunkCall& trunk) const {
      room.call_port(TdmPorts::leg_to(room.services_, trunk.channel->prefix, trunk.dialled, number),
                     {trunk.channel, number, {}});
      return {};
    }
  };
  const auto destination = route(*services_.snapshot(), number);
  if (!destination) return nobody_there();
  if (leads_out(*destination) && has_called(number)) {
    return base::fail("room.called-already",
                      "This number is in the conference, or being called: if it is a room, its voice would go round.",
                      "number");
  }
  return std::visit(Visitor{*this, number}, *destination);
}

void Conference::call_subscription(const Correspondent& callee) {
  const auto invited = begin_to_call(callee.number);
  services_.find(callee.number, loop_,
                 [weak = weak_from_this(), invited, callee](const std::vector<Binding>& bindings) {
                   const auto self = weak.lock();
                   if (!self) return;
                   for (const Binding& binding : bindings) {
                     if (invited->ringing >= self->services_.settings.max_forks) break;
                     self->invite(invited, self->leg_to({binding.flow, binding.contact_uri}, callee),
                                  binding.user_agent, callee, false, {});
                   }
                   self->start_ringing(invited);
                 });
}

void Conference::call_port(const std::shared_ptr<Leg>& leg, const Correspondent& callee) {
  const auto invited = begin_to_call(callee.number);
  invite(invited, leg, {}, callee, false, {});
  start_ringing(invited);
}

base::Result<void> Conference::call_by_trunk(const TrunkCall& route, const std::string& number) {
  auto ticket = services_.calls_by_trunk.take(route.trunk->name, route.trunk->max_calls);
  if (!ticket) return base::fail("trunk.busy", "All lines of the trunk are taken.", "number");
  const auto invited = begin_to_call(number);
  invited->trunk_ticket = std::move(ticket);
  services_.reach(route.trunk, loop_,
                  [weak = weak_from_this(), invited, route,
                   callee = Correspondent(route.trunk, number, {})](const base::Result<sip::Flow>& flow) {
                    const auto self = weak.lock();
                    if (!self) return;
                    if (flow) {
                      self->invite(invited, self->leg_to(target_at_trunk(route, *flow), callee), {}, callee, false, {});
                    } else {
                      invited->best.add({502, "The trunk cannot be reached.", {}, flow.error().code});
                    }
                    self->start_ringing(invited);
                  });
  return {};
}

Conference::Invited Conference::begin_to_call(const std::string& number) {
  ++calls_to_begin_;
  auto invited = std::make_shared<ConferenceInvitation>();
  invited->number = number;
  return invited;
}

std::shared_ptr<Leg> Conference::leg_to(const InviteTarget& target, const Correspondent& callee) const {
  const auto leg = std::make_shared<OutboundLeg>(*services_.per_loop.at(target.flow.loop), target, callee.number);
  if (callee.trunk) leg->set_trunk();
  return leg;
}

bool Conference::has_called(const std::string& number) const {
  return std::ranges::any_of(whole_->all(), [&](const Conference* bridge) {
    return std::ranges::any_of(bridge->members(), [&](const auto& member) {
      return member->party.who.is_outside() && !member->party.calls && member->party.who.number == number;
    });
  });
}

void Conference::start_ringing(const Invited& invited) {
  --calls_to_begin_;
  if (invited->ringing == 0) {
    call_failed(invited->number, invited->best.get());
    return changed_();
  }
  invited->ring_timer = loop_.after(services_.settings.ring_timeout, [weak = weak_from_this(), invited] {
    const auto self = weak.lock();
    if (!self) return;
    for (const MemberPtr& member : std::vector<MemberPtr>(self->members_)) {
      if (member->invited == invited && member->rings) self->fork_failed(member, {480, "Nobody answered in time.", {}});
    }
  });
}

void Conference::invite(const Invited& invited, const std::shared_ptr<Leg>& leg, std::string user_agent,
                        const Correspondent& callee, bool plain, const std::string& clear_reason) {
  auto member = std::make_shared<ConferenceMember>(services_.active_calls, loop_.clock().now());
  member->conference = weak_from_this();
  member->call_id = base::random_hex(8);
  member->invited = invited;
  member->rings = true;
  Party& party = member->party;
  party.leg = leg;
  party.who = callee;
  party.user_agent = std::move(user_agent);
  party.clear_reason = clear_reason;
  // A port has its place when it is seized.
  const bool is_port = !leg->flow();
  const base::Result<LocalMedia> here = is_port ? slot_place() : join_board(member);
  if (!here) return invited->best.add({503, "No media port is free.", {}, here.error().code});
  if (!is_port) services_.conferences->seat(member->id, media::Seat::waits);
  party.media.emplace(*here, services_.settings.suites);

  auto plan = plan_for(member, policy::OfferMoment::in_request);
  if (plain) plan = {policy::MediaForm::avp_plain, false};
  const bool refused = party.decision.voice == policy::VoiceTreatment::refuse;
  if (refused || (!is_port && plan.form == policy::MediaForm::avp_plain && !may_be_clear(*member))) {
    invited->best.add({488, refused ? std::string(party.decision.refusal.reason) : "Clear voice is refused here.", {}});
    services_.conferences->leave(member->id);
    return;
  }
  party.retry_plain = plan.retry_plain;
  Invitation invitation;
  invitation.to_number = callee.number;
  invitation.from = {room_->number, room_->name};
  invitation.max_forwards = services_.settings.max_forwards - 1;
  invitation.offer = std::make_shared<const sip::Sdp>(party.media->make_offer(default_audio(), plan.form));
  ++invited->ringing;
  members_.push_back(member);
  leg->run([owner = std::weak_ptr<LegOwner>(member), &home = loop_, invitation](Leg& called) {
    called.set_owner(owner, home);
    called.start(invitation);
  });
}

void Conference::on_progress(const MemberPtr& member, const leg_event::Progress& event) {
  // An answer in a reliable response is settled, and the 200 need not bring it again (RFC 3262 §5).
  PartyMedia& media = *member->party.media;
  if (!event.sdp || media.state() != PartyMedia::State::offering) return;
  if (const auto early = media.take_answer(*event.sdp, event.reliable); !early) {
    base::log::warning("conference.answer-refused", {{"room", room_->number}, {"code", early.error().code}});
    fork_failed(member, {488, early.error().message, {}, early.error().code});
  }
}

void Conference::on_answered(const MemberPtr& member, const SharedSdp& sdp) {
  const auto self = shared_from_this();
  Party& party = member->party;
  if (!member->rings || party.gone) return party.leg->run([](Leg& late) { late.end(480, {}); });
  party.confirmed = true;
  party.established = true;
  member->answered = loop_.clock().now();
  base::Result<ConferenceAudio> audio = base::fail("call.answer-without-sdp", "The answer holds no description.");
  if (sdp && party.media->state() == PartyMedia::State::offering) {
    audio = party.media->take_answer(*sdp).and_then(
        [](const AudioDescription& answered) { return choose_conference_audio(answered); });
  } else if (party.media->agreed()) {
    party.media->drop_offer();
    audio = choose_conference_audio(party.media->remote_audio());
  }
  if (audio && !member->is_encrypted() && !may_be_clear(*member)) {
    audio = base::fail("conference.clear-refused", "This conference takes encrypted voice only.");
  }
  base::Result<void> done{};
  if (audio) {
    member->audio = std::move(*audio);
    done = configure(member);
  } else {
    done = tl::unexpected(audio.error());
  }
  if (!done) {
    base::log::warning("conference.answer-refused", {{"room", room_->number}, {"code", done.error().code}});
    return fork_failed(member, {488, done.error().message, {}, done.error().code});
  }
  member->able = member->is_encrypted();
  member->rings = false;
  --member->invited->ringing;
  loop_.cancel(member->invited->ring_timer);
  for (const MemberPtr& other : std::vector<MemberPtr>(members_)) {
    if (other->invited == member->invited && other->rings) dismiss(other, "answered elsewhere");
  }
  base::log::info("conference.brought-in", {{"room", room_->number}, {"number", party.who.number}});
  admit(member);
}

void Conference::on_failed(const MemberPtr& member, int status) {
  const auto self = shared_from_this();
  Party& party = member->party;
  party.gone = true;
  if (party.retry_plain && policy::refuses_secure_offer(status) && may_be_clear(*member)) {
    const auto& refusing = dynamic_cast<const OutboundLeg&>(*party.leg);
    invite(
        member->invited, leg_to(refusing.target(), party.who), party.user_agent, party.who, true,
        "The called party refused the encrypted offer (" + std::to_string(status) + ") and was called again in clear.");
  }
  fork_failed(member, {status, {}, {}});
}

void Conference::fork_failed(const MemberPtr& member, CallRefusal refusal) {
  if (!std::exchange(member->rings, false)) return;
  const Invited invited = member->invited;
  const std::string cause = "refused " + std::to_string(refusal.status);
  invited->best.add(std::move(refusal));
  if (--invited->ringing == 0) {
    loop_.cancel(invited->ring_timer);
    call_failed(invited->number, invited->best.get());
  }
  dismiss(member, cause);
}

void Conference::call_failed(const std::string& number, const CallRefusal& refusal) const {
  journal("conference.call-failed", "The conference called " + number + ", which was refused with " +
                                        std::to_string(refusal.status) +
                                        (refusal.warning.empty() ? "." : ": " + refusal.warning));
}

}  // namespace cadenas::pbx
