// Transfers of a Call (RFC 3515, RFC 5589, RFC 3891). We carry them out ourselves: the party that stays keeps its
// dialog and its media address, and is told the newcomer's codecs by a re-INVITE.

#include <utility>

#include "base/log.hpp"
#include "pbx/call.hpp"
#include "pbx/calls.hpp"
#include "pbx/find_on_loops.hpp"

namespace cadenas::pbx {

namespace {

struct FoundLeg {
  std::shared_ptr<Leg> leg;
  std::shared_ptr<LegOwner> owner;
  base::Loop* owner_loop = nullptr;

  explicit operator bool() const { return leg != nullptr; }
};

/// The leg of that dialog, on whatever loop it is.
void find_leg(CallServices& services, const ReplacedDialog& dialog, base::Loop& answer_on,
              std::function<void(const FoundLeg&)> found) {
  const auto look = [dialog](Calls& calls) -> FoundLeg {
    const auto leg = calls.find_leg(dialog.call_id, dialog.local_tag);
    const bool matches = leg && leg->dialog() && leg->dialog()->id().remote_tag == dialog.remote_tag &&
                         !(dialog.early_only && leg->confirmed());
    if (!matches) return {};
    return {leg, leg->owner(), leg->owner_loop()};
  };
  find_on_loops<FoundLeg>(services, answer_on, look, std::move(found));
}

}  // namespace

void Call::notify(const PartyPtr& referrer, int status, bool last) {
  referrer->leg->run([status, last](Leg& leg) { leg.notify_refer(status, last); });
}

void Call::on_refer(const PartyPtr& referrer, const leg_event::Refer& event) {
  // Who speaks behind a trunk is not authenticated, so it sends nobody anywhere.
  if (referrer->who.trunk) return notify(referrer, 403, true);
  auto target = parse_refer_to(event.refer_to);
  if (!target) return notify(referrer, 400, true);
  if (transfer_ || state_ != CallState::answered || !other_of(referrer)) return notify(referrer, 491, true);
  notify(referrer, 100, false);
  transfer_ = Transfer{referrer, side_of(referrer), false};
  if (target->replaces) return transfer_to_dialog(referrer, *target, event.referred_by);
  transfer_to_number(referrer, target->number, event.referred_by);
}

void Call::transfer_to_number(const PartyPtr& referrer, const std::string& number, const std::string& referred_by) {
  const auto model = services_.snapshot();
  if (const auto room = model->rooms.find(number); room != model->rooms.end()) {
    transfer_to_room(referrer, room->second, nullptr);
    return;
  }
  best_ = {};
  invite_number(number, referred_by);
}

void Call::transfer_to_dialog(const PartyPtr& referrer, const TransferTarget& target, const std::string& referred_by) {
  find_leg(services_, *target.replaces, loop_,
           [weak = weak_from_this(), referrer, number = target.number, referred_by](const FoundLeg& found) {
             const auto& [leg, owner, owner_loop] = found;
             const auto self = weak.lock();
             if (!self || self->state_ == CallState::ended) return;
             const auto replaced = std::dynamic_pointer_cast<ConferenceMember>(owner);
             if (replaced && leg->number() == referrer->who.number) return self->transfer_to_place(referrer, replaced);
             const auto other_call = std::dynamic_pointer_cast<Call>(owner);
             // Only the subscription that holds both calls may join them.
             if (!other_call || other_call == self || leg->number() != referrer->who.number) {
               return self->transfer_failed({481, {}, {}});
             }
             self->transfer_to_leg(referrer, leg, other_call, *owner_loop, number, referred_by);
           });
}

void Call::transfer_to_leg(const PartyPtr& referrer, const std::shared_ptr<Leg>& leg, const std::shared_ptr<Call>& of,
                           base::Loop& its_loop, const std::string& number, const std::string& referred_by) {
  const auto taken = [weak = weak_from_this(), referrer, number, referred_by](const std::shared_ptr<Party>& newcomer) {
    const auto call = weak.lock();
    if (!call || call->state_ == CallState::ended) {
      if (newcomer) newcomer->leg->run([](Leg& alone) { alone.end(480, {}); });
      return;
    }
    if (newcomer) return call->complete_transfer(newcomer, false);
    // The other call still rang: its target is called anew (RFC 5589 §7.5).
    if (!number.empty()) return call->transfer_to_number(referrer, number, referred_by);
    call->transfer_failed({481, {}, {}});
  };
  its_loop.post([of, leg, &home = loop_, taken] { of->surrender(leg, true, home, taken); });
}

// A set that hangs up between two parties, as an attended transfer.
void Call::on_joins(const PartyPtr& party, const leg_event::Joins& event) {
  const auto owner = event.owner.lock();
  if (const auto member = std::dynamic_pointer_cast<ConferenceMember>(owner)) return give_place(party->leg, member);
  const auto other_call = std::dynamic_pointer_cast<Call>(owner);
  if (!other_call) return hang_up("bye");
  if (transfer_ || state_ != CallState::answered || !other_of(party)) {
    event.owner_loop->post([other_call] { other_call->hang_up("bye"); });
    return hang_up("bye");
  }
  transfer_ = Transfer{party, side_of(party), true};
  transfer_to_leg(party, event.with, other_call, *event.owner_loop, {}, {});
}

void Call::give_place(const std::shared_ptr<Leg>& leaver, const std::shared_ptr<ConferenceMember>& member) {
  const PartyPtr party = party_of(leaver);
  if (!party || transfer_ || state_ != CallState::answered || !other_of(party)) {
    Conferences::dismiss(services_, member, "bye");
    return hang_up("bye");
  }
  transfer_ = Transfer{party, side_of(party), true};
  transfer_to_place(party, member);
}

void Call::transfer_to_place(const PartyPtr& referrer, const std::shared_ptr<ConferenceMember>& member) {
  const bool has_left = transfer_->referrer_gone;
  Conferences::room_of(services_, member, loop_,
                       [weak = weak_from_this(), &services = services_, referrer, member, has_left](const auto& room) {
                         const auto self = weak.lock();
                         const bool goes_on = self && self->state_ != CallState::ended;
                         if (goes_on && room && self->transfer_to_room(referrer, room, member)) return;
                         if (goes_on && !room) self->transfer_failed({481, {}, {}});
                         // Who has left already does not keep his place.
                         if (has_left) Conferences::dismiss(services, member, "bye");
                       });
}

bool Call::transfer_to_room(const PartyPtr& referrer, const std::shared_ptr<const store::ConferenceRoom>& room,
                            const std::shared_ptr<ConferenceMember>& replaced) {
  const PartyPtr other = other_of(referrer);
  const bool may_go =
      other && other->confirmed && !other->gone && !exchange_ && other->media->state() == PartyMedia::State::stable;
  if (!may_go) {
    transfer_failed({491, {}, {}});
    return false;
  }
  const Side side = side_of(other);
  keep_left(view_in(side, media_.stats(session_)));
  transfer_.reset();
  notify(referrer, 200, true);
  end_leg(referrer);
  at(side) = nullptr;
  Conferences::bring_in(services_, member_of(other), room, replaced);
  finalize("transferred");
  return true;
}

void Call::surrender(const std::shared_ptr<Leg>& replaced, bool or_end, base::Loop& answer_on,
                     const std::function<void(std::shared_ptr<Party>)>& taken) {
  const PartyPtr party = party_of(replaced);
  const PartyPtr other = party ? other_of(party) : nullptr;
  const bool two = party && !party->who.is_outside() && state_ == CallState::answered && other && other->confirmed &&
                   !other->gone && !exchange_ && !transfer_ && other->media->state() == PartyMedia::State::stable;
  if (!two) {
    if (party && or_end) hang_up("transferred");
    answer_on.post([taken] { taken(nullptr); });
    return;
  }
  // What stays behind is the record of its time in this call.
  if (const auto stats = media_.stats(session_)) left_.push_back(view_in(side_of(other), stats));
  auto moving = std::make_shared<Party>(std::move(*other));
  at(side_of(other)) = nullptr;
  end_leg(party);
  finalize("transferred");
  answer_on.post([taken, moving] { taken(moving); });
}

void Call::seat(Side side, const PartyPtr& newcomer) {
  if (at(side)) {
    left_.push_back(view_in(side, media_.stats(session_)));
    left_.back().state = "ended";
  }
  at(side) = newcomer;
  newcomer->before = {};
  if (const auto stats = media_.stats(session_)) newcomer->before = stats->packets.side(side);
}

void Call::complete_transfer(const PartyPtr& newcomer, bool is_new) {
  const Transfer transfer = *std::exchange(transfer_, std::nullopt);
  const PartyPtr stays = at(media::other(transfer.side));
  if (!transfer.referrer_gone) {
    notify(transfer.referrer, 200, true);
    end_leg(transfer.referrer);
  }
  seat(transfer.side, newcomer);
  base::log::info("call.transferred", {{"call", id_}, {"to", newcomer->who.number}});
  if (!is_new) newcomer->leg->run([owner = weak_from_this(), &home = loop_](Leg& leg) { leg.set_owner(owner, home); });
  fit_media([self = shared_from_this(), side = transfer.side, stays, newcomer, is_new] {
    if (is_new) {
      self->configure(side, *newcomer);
      return self->inform(stays, newcomer->media->remote_audio());
    }
    newcomer->media->move_to(self->session_.at(side));
    self->exchange_ = Exchange{Exchange::Kind::join, stays, newcomer};
    AudioDescription audio = stays->media->remote_audio();
    audio.direction = sip::Direction::sendrecv;
    self->make_offer_to(newcomer, audio, true);
  });
}

void Call::transfer_failed(const CallRefusal& refusal) {
  const Transfer transfer = *std::exchange(transfer_, std::nullopt);
  best_ = {};
  if (transfer.referrer_gone) return hang_up("transfer failed");
  notify(transfer.referrer, refusal.status, true);
}

void Call::replace_dialog(const ReplacedDialog& replaced) {
  find_leg(services_, replaced, loop_, [weak = weak_from_this()](const FoundLeg& found) {
    const auto self = weak.lock();
    if (!self || self->state_ == CallState::ended) return;
    const auto other_call = std::dynamic_pointer_cast<Call>(found.owner);
    if (!other_call || other_call == self) return self->fail_setup({481, {}, {}});
    if (found.leg->number() != self->from_) return self->fail_setup({403, {}, {}});
    found.owner_loop->post([weak, other_call, leg = found.leg, &home = self->loop_] {
      other_call->surrender(leg, false, home, [weak](std::shared_ptr<Party> newcomer) {
        const auto call = weak.lock();
        if (!call || call->state_ == CallState::ended) {
          if (newcomer) newcomer->leg->run([](Leg& alone) { alone.end(480, {}); });
          return;
        }
        if (!newcomer) return call->fail_setup({481, {}, {}});
        call->join(newcomer);
      });
    });
  });
}

void Call::join(const PartyPtr& newcomer) {
  const PartyPtr caller = at(Side::a);
  seat(Side::b, newcomer);
  to_ = newcomer->who.number;
  newcomer->leg->run([owner = weak_from_this(), &home = loop_](Leg& leg) { leg.set_owner(owner, home); });
  const SharedSdp offered = caller->leg->offered();
  if (!offered) return fail_setup({488, "An INVITE with Replaces must bring a description.", {}});
  const auto audio = take_offer(*caller, *newcomer, *offered);
  if (!audio) return fail_setup({488, audio.error().message, {}});
  caller_audio_ = *audio;
  fit_media([self = shared_from_this(), caller, newcomer] {
    newcomer->media->move_to(self->session_.at(Side::b));
    self->exchange_ = Exchange{Exchange::Kind::forward, caller, newcomer};
    self->make_offer_to(newcomer, *self->caller_audio_, true);
  });
}

}  // namespace cadenas::pbx
