#include "pbx/conferences.hpp"

#include <functional>
#include <utility>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/leg.hpp"

namespace cadenas::pbx {

void Conferences::enter(CallServices& services, ConferenceCaller caller,
                        std::shared_ptr<const store::ConferenceRoom> room) {
  Calls& home = *services.per_loop[std::hash<std::string>{}(room->number) % services.per_loop.size()];
  auto member = std::make_shared<ConferenceMember>(services.active_calls, home.loop().clock().now());
  member->party.leg = caller.leg;
  member->party.who = std::move(caller.who);
  member->party.calls = true;
  member->party.inbound = true;
  member->party.user_agent = std::move(caller.user_agent);
  member->ticket = std::move(caller.ticket);
  // What the leg reports from now on comes after the caller has entered.
  caller.leg->set_owner(member, home.loop());
  home.loop().post([&home, member, room = std::move(room)] {
    const auto conference = home.conferences().conference_of(room);
    if (conference) return conference->enter(member, room);
    member->party.leg->run([](Leg& leg) { leg.reject(503, "The conference cannot be opened.", {}); });
  });
}

std::shared_ptr<Conference> Conferences::conference_of(const std::shared_ptr<const store::ConferenceRoom>& room) {
  if (const auto found = by_number_.find(room->number); found != by_number_.end()) return found->second;
  auto conference =
      std::make_shared<Conference>(calls_, room, [this, number = room->number] { by_number_.erase(number); });
  if (const auto opened = conference->open(); !opened) {
    base::log::warning("conference.not-opened", {{"room", room->number}, {"code", opened.error().code}});
    return nullptr;
  }
  return by_number_.emplace(room->number, std::move(conference)).first->second;
}

void Conferences::add_views(std::vector<CallView>& views) const {
  for (const auto& [number, conference] : by_number_) views.push_back(conference->view());
}

void Conferences::hang_up(const std::string& id, const std::string& cause) {
  for (const auto& [number, conference] : by_number_) {
    if (conference->id() != id) continue;
    const auto ending = conference;
    return ending->hang_up(cause);
  }
}

}  // namespace cadenas::pbx
