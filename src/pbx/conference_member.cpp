#include "pbx/conference_member.hpp"

#include "pbx/call.hpp"
#include "pbx/conference.hpp"

namespace cadenas::pbx {

void ConferenceMember::on_leg_event(const std::shared_ptr<Leg>& leg, LegEvent event) {
  if (given_back) {
    // It was on its way here when the party went back.
    lender_loop->post([call = lender, leg, event = std::move(event)] {
      if (const auto owner = call.lock()) owner->on_leg_event(leg, event);
    });
    return;
  }
  if (const auto room = conference.lock()) return room->on_member_event(shared_from_this(), std::move(event));
  // On its way to the conference, which has its own offer to make first.
  if (std::holds_alternative<leg_event::Ended>(event)) party.gone = true;
  if (std::holds_alternative<leg_event::Offered>(event)) leg->run([](Leg& moved) { moved.refuse_offer(491, {}); });
  if (std::holds_alternative<leg_event::Refer>(event) || std::holds_alternative<leg_event::Confers>(event)) {
    leg->run([](Leg& moved) { moved.notify_refer(491, true); });
  }
}

}  // namespace cadenas::pbx
