// A Conference of three that a set on the TDM bus has made of its two calls (CONF-2). It has no number that could be
// dialled. Who has made it may leave: the others speak on, while there are two, and one of them is of this system.
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "media/board.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"

namespace cadenas::pbx {

void Conference::begin_three_way(std::vector<MemberPtr> members) {
  const auto self = shared_from_this();
  is_three_way_ = true;
  for (const MemberPtr& member : members) {
    member->conference = self;
    member->call_id = base::random_hex(8);
    member->answered = loop_.clock().now();
  }
  members_ = std::move(members);
  for (const MemberPtr& member : std::vector<MemberPtr>(members_)) {
    // One may have left on the way, and then perhaps all have.
    if (member->party.gone) {
      leave(member, "bye");
    } else if (const auto in = take_in(member); !in) {
      dismiss(member, in.error().code);
    } else {
      services_.conferences->seat(member->id, media::Seat::waits);
    }
  }
}

void Conference::end_three_way_if_over(const std::string& cause) {
  const bool is_ours =
      std::ranges::any_of(members_, [](const MemberPtr& member) { return !member->party.who.is_outside(); });
  if (members_.size() > 1 && is_ours) return;
  for (const MemberPtr& member : std::vector<MemberPtr>(members_)) dismiss(member, cause);
}

base::Result<void> Conference::may_bring_in(const policy::ThreeWayParty& party) const {
  if (!room()) return base::fail("conference.call-changes", "Nobody is sent into this conference.");
  if (locked_) return base::fail("conference.locked", "The conference is locked.");
  if (!party.encrypted && whole_->refuses_clear()) {
    return base::fail("conference.clear-refused",
                      "The voice of " + party.number + " is clear, and the room refuses that.");
  }
  if (!is_three_way_) return {};
  for (const MemberPtr& member : members_) {
    const policy::ThreeWayParty there{member->party.who.number, takes_clear(member->party), member->is_encrypted()};
    if (const auto judged = policy::judge_three_way({there, party}); !judged) return judged;
  }
  return {};
}

// The call of its party has it brought in, as for a set that speaks there and is here on its other leg.
void Conference::on_confers(const MemberPtr& member, const leg_event::Confers& event) {
  const auto call = std::dynamic_pointer_cast<Call>(event.owner.lock());
  if (!call || intrusion_) return member->party.leg->run([](Leg& leg) { leg.notify_refer(488, true); });
  event.owner_loop->post([call, leg = event.with, there = leg_event::Confers{member->party.leg, member, &loop_}] {
    call->on_leg_event(leg, there);
  });
}

}  // namespace cadenas::pbx
