// Transfers of a Call (RFC 3515, RFC 5589, RFC 3891). We carry them out ourselves: the party that stays keeps its
// dialog and its media address, and is told the newcomer's codecs by a re-INVITE.

#include <atomic>
#include <utility>

#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/call.hpp"
#include "pbx/calls.hpp"

namespace cadenas::pbx {

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

void Call::transfer_to_number(const PartyPtr&, const std::string& number, const std::string& referred_by) {
  best_ = {};
  invite_number(number, referred_by);
}

void Call::transfer_to_dialog(const PartyPtr& referrer, const TransferTarget& target, const std::string& referred_by) {
  find_leg_anywhere(services_, *target.replaces, loop_,
                    [weak = weak_from_this(), referrer, number = target.number, referred_by](
                        std::shared_ptr<Leg> leg, std::shared_ptr<LegOwner> owner, base::Loop* owner_loop) {
                      const auto self = weak.lock();
                      if (!self || self->state_ == CallState::ended) return;
                      const auto other_call = std::dynamic_pointer_cast<Call>(owner);
                      // Only the subscription that holds both calls may join them.
                      if (!other_call || other_call == self || leg->number() != referrer->who.number) {
                        return self->transfer_failed({481, {}, {}});
                      }
                      owner_loop->post([weak, other_call, leg, number, referred_by, &home = self->loop_, referrer] {
                        other_call->surrender(leg, true, home,
                                              [weak, referrer, number, referred_by](std::shared_ptr<Party> newcomer) {
                                                const auto call = weak.lock();
                                                if (!call || call->state_ == CallState::ended) {
                                                  if (newcomer)
                                                    newcomer->leg->run([](Leg& alone) { alone.end(480, {}); });
                                                  return;
                                                }
                                                // The other call still rang: its target is called anew (RFC 5589 §7.5).
                                                if (!newcomer)
                                                  return call->transfer_to_number(referrer, number, referred_by);
                                                call->complete_transfer(newcomer);
                                              });
                      });
                    });
}

void Call::surrender(const std::shared_ptr<Leg>& replaced, bool or_end, base::Loop& answer_on,
                     const std::function<void(std::shared_ptr<Party>)>& taken) {
  const PartyPtr party = party_of(replaced);
  const PartyPtr other = party ? other_of(party) : nullptr;
  const bool two = party && party->who.subscription && state_ == CallState::answered && other && other->confirmed &&
                   !other->gone && !exchange_ && !transfer_ && other->media->state() == PartyMedia::State::stable;
  if (!two) {
    if (party && or_end) hang_up("transferred");
    answer_on.post([taken] { taken(nullptr); });
    return;
  }
  auto moving = std::make_shared<Party>(std::move(*other));
  // What stays behind is the record of its time in this call.
  if (const auto stats = services_.media->stats(session_)) {
    left_.push_back(view_of(*moving, &stats->side(side_of(other))));
  }
  at(side_of(other)) = nullptr;
  end_leg(party);
  finalize("transferred");
  answer_on.post([taken, moving] { taken(moving); });
}

void Call::seat(Side side, const PartyPtr& newcomer) {
  if (const PartyPtr& leaving = at(side)) {
    const auto stats = services_.media->stats(session_);
    left_.push_back(view_of(*leaving, stats ? &stats->side(side) : nullptr));
    left_.back().state = "ended";
  }
  at(side) = newcomer;
  newcomer->before = {};
  if (const auto stats = services_.media->stats(session_)) newcomer->before = stats->side(side);
}

void Call::complete_transfer(const PartyPtr& newcomer) {
  const Transfer transfer = *std::exchange(transfer_, std::nullopt);
  const PartyPtr stays = at(media::other(transfer.side));
  if (!transfer.referrer_gone) {
    notify(transfer.referrer, 200, true);
    end_leg(transfer.referrer);
  }
  seat(transfer.side, newcomer);
  base::log::info("call.transferred", {{"call", id_}, {"to", newcomer->who.number}});
  AudioDescription audio = stays->media->remote_audio();
  audio.direction = sip::Direction::sendrecv;
  if (newcomer->media->local() == local_[static_cast<std::size_t>(transfer.side)]) {
    // It was called from here and has our offer and we its answer already.
    configure(transfer.side, *newcomer);
    return inform(stays, newcomer->media->remote_audio());
  }
  newcomer->leg->run([owner = weak_from_this(), &home = loop_](Leg& leg) { leg.set_owner(owner, home); });
  newcomer->media->move_to(local_[static_cast<std::size_t>(transfer.side)]);
  exchange_ = Exchange{Exchange::Kind::join, stays, newcomer};
  make_offer_to(newcomer, audio, true);
}

void Call::transfer_failed(const CallRefusal& refusal) {
  const Transfer transfer = *std::exchange(transfer_, std::nullopt);
  best_ = {};
  if (transfer.referrer_gone) return hang_up("transfer failed");
  notify(transfer.referrer, refusal.status, true);
}

void Call::replace_dialog(const ReplacedDialog& replaced) {
  find_leg_anywhere(
      services_, replaced, loop_,
      [weak = weak_from_this()](std::shared_ptr<Leg> leg, std::shared_ptr<LegOwner> owner, base::Loop* owner_loop) {
        const auto self = weak.lock();
        if (!self || self->state_ == CallState::ended) return;
        const auto other_call = std::dynamic_pointer_cast<Call>(owner);
        if (!other_call || other_call == self) return self->fail_setup({481, {}, {}});
        if (leg->number() != self->from_) return self->fail_setup({403, {}, {}});
        owner_loop->post([weak, other_call, leg, &home = self->loop_] {
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
  newcomer->media->move_to(local_[1]);
  const SharedSdp offered = caller->leg->offered();
  if (!offered) return fail_setup({488, "An INVITE with Replaces must bring a description.", {}});
  const auto audio = take_offer(*caller, *newcomer, *offered);
  if (!audio) return fail_setup({488, audio.error().message, {}});
  caller_audio_ = *audio;
  exchange_ = Exchange{Exchange::Kind::forward, caller, newcomer};
  make_offer_to(newcomer, *audio, true);
}

void find_leg_anywhere(CallServices& services, const ReplacedDialog& dialog, base::Loop& answer_on,
                       const std::function<void(std::shared_ptr<Leg>, std::shared_ptr<LegOwner>, base::Loop*)>& found) {
  struct Search {
    std::atomic<std::size_t> waiting;
    std::atomic<bool> answered{false};
  };
  auto search = std::make_shared<Search>();
  search->waiting = services.per_loop.size();
  for (Calls* calls : services.per_loop) {
    calls->loop().post([calls, search, dialog, &answer_on, found] {
      const auto leg = calls->find_leg(dialog.call_id, dialog.local_tag);
      const bool matches = leg && leg->dialog() && leg->dialog()->id().remote_tag == dialog.remote_tag &&
                           !(dialog.early_only && leg->confirmed());
      if (matches && !search->answered.exchange(true)) {
        answer_on.post([found, leg, owner = leg->owner(), loop = leg->owner_loop()] { found(leg, owner, loop); });
      }
      if (search->waiting.fetch_sub(1) == 1 && !search->answered.exchange(true)) {
        answer_on.post([found] { found(nullptr, nullptr, nullptr); });
      }
    });
  }
}

}  // namespace cadenas::pbx
