#include "pbx/conference_member.hpp"

#include "pbx/conference.hpp"

namespace cadenas::pbx {

void ConferenceMember::on_leg_event(const std::shared_ptr<Leg>&, LegEvent event) {
  if (const auto room = conference.lock()) room->on_member_event(shared_from_this(), std::move(event));
}

}  // namespace cadenas::pbx
