// A Call that ends in a conference of three: a set on the TDM bus makes one of this call and another one of its own
// (CONF-2). Its call asks the other one for its party, and sends all three to the bridge at once.
//
//   the set speaks here | and on the other leg | what happens
//   in a call           | in a call            | both calls end, their parties and the set are a conference
//   in a call           | in a room            | the party goes into the room, where the set speaks on
//   in a room           | in a call            | the same, the other way round (Conference::on_confers)
//
// Nobody has been told anything where it is refused.
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "pbx/call.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference_audio.hpp"

namespace cadenas::pbx {

namespace {

using MemberPtr = std::shared_ptr<ConferenceMember>;

void let_go(const MemberPtr& nobodys) {
  nobodys->party.leg->run([](Leg& leg) { leg.end(480, {}); });
}

}  // namespace

base::Result<policy::ThreeWayParty> Call::conferee(const PartyPtr& master) const {
  const PartyPtr other = other_of(master);
  const bool may_go = state_ == CallState::answered && !exchange_ && !transfer_ && other && other->confirmed &&
                      !other->gone && other->media->agreed() && other->media->state() == PartyMedia::State::stable;
  if (!may_go) return base::fail("conference.call-changes", "The call has ended, or is just being changed.");
  if (const auto audio = choose_conference_audio(other->media->remote_audio()); !audio) {
    return tl::unexpected(audio.error());
  }
  return policy::ThreeWayParty{other->who.number, takes_clear(*other), other->slot || other->media->encrypted()};
}

void Call::on_confers(const PartyPtr& master, const leg_event::Confers& event) {
  const auto refuse_it = [&](const base::Error& error) {
    base::log::info("call.no-conference", {{"call", id_}, {"code", error.code}});
    notify(master, 488, true);
  };
  const auto party = conferee(master);
  if (!party) return refuse_it(party.error());
  const auto owner = event.owner.lock();
  if (const auto member = std::dynamic_pointer_cast<ConferenceMember>(owner)) {
    transfer_ = Transfer{master, side_of(master), false};
    return confer_in_room(master, member, *party);
  }
  const auto other_call = std::dynamic_pointer_cast<Call>(owner);
  if (!other_call || other_call == shared_from_this()) {
    return refuse_it({"conference.call-changes", "The other call has just ended.", {}});
  }
  transfer_ = Transfer{master, side_of(master), false};
  const auto given = [weak = weak_from_this()](const base::Result<MemberPtr>& second) {
    const auto self = weak.lock();
    const bool goes_on = self && self->state_ != CallState::ended;
    if (goes_on && second) return self->confer(*second);
    if (second) return let_go(*second);
    if (!goes_on) return;
    base::log::info("call.no-conference", {{"call", self->id_}, {"code", second.error().code}});
    self->transfer_failed({488, second.error().message, {}, second.error().code});
  };
  event.owner_loop->post([other_call, leg = event.with, party = *party, &home = loop_, given] {
    other_call->give_to_conference(leg, party, home, given);
  });
}

void Call::confer_in_room(const PartyPtr& master, const MemberPtr& member, const policy::ThreeWayParty& party) {
  Conferences::room_to_bring_into(services_, member, party, loop_, [weak = weak_from_this(), master](const auto& room) {
    const auto self = weak.lock();
    if (!self || self->state_ == CallState::ended) return;
    if (room) {
      self->transfer_to_room(master, *room, nullptr);
      return;
    }
    base::log::info("call.no-conference", {{"call", self->id_}, {"code", room.error().code}});
    self->transfer_failed({488, room.error().message, {}, room.error().code});
  });
}

void Call::give_to_conference(const std::shared_ptr<Leg>& leg, const policy::ThreeWayParty& first,
                              base::Loop& answer_on, const std::function<void(base::Result<MemberPtr>)>& given) {
  const PartyPtr master = party_of(leg);
  base::Result<policy::ThreeWayParty> second = base::fail("conference.call-changes", "The other call has just ended.");
  if (master) second = conferee(master);
  const auto judged = second.and_then([&](const auto& other) { return policy::judge_three_way({first, other}); });
  if (!judged) return answer_on.post([given, error = judged.error()] { given(tl::unexpected(error)); });
  const PartyPtr other = other_of(master);
  keep_left(view_in(side_of(other), media_.stats(session_)));
  end_leg(master);
  at(side_of(other)) = nullptr;
  const auto member = member_of(other);
  finalize("conference");
  answer_on.post([given, member] { given(member); });
}

void Call::confer(const MemberPtr& second) {
  const Transfer transfer = *std::exchange(transfer_, std::nullopt);
  const std::string master = transfer.referrer->who.number;
  const PartyPtr other = at(media::other(transfer.side));
  const std::optional<CallStats> stats = media_.stats(session_);
  for (const Side side : {Side::a, Side::b}) keep_left(view_in(side, stats));
  parties_ = {};
  std::vector<MemberPtr> members;
  // He who made it may lock it. If he has hung up meanwhile, the two are a conference of their own.
  if (!transfer.referrer_gone) members.push_back(member_of(transfer.referrer));
  members.push_back(member_of(other));
  members.push_back(second);
  finalize("conference");
  Conferences::confer(services_, std::move(members), master);
}

MemberPtr Call::member_of(const PartyPtr& party) {
  NumberCounts::Ticket ticket = party->calls ? std::move(ticket_) : std::move(trunk_ticket_);
  return Conferences::member_from_call(services_, std::move(*party), std::move(ticket));
}

}  // namespace cadenas::pbx
