#include "pbx/conferences.hpp"

#include <functional>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/leg.hpp"

namespace cadenas::pbx {

void Conferences::enter(CallServices& services, ConferenceCaller caller,
                        std::shared_ptr<const store::ConferenceRoom> room) {
  Calls& home = Conferences::home(services);
  const auto member = member_of(services, std::move(caller));
  home.loop().post([&home, member, room = std::move(room)] {
    const auto conference = home.conferences().conference_of(room);
    if (conference) return conference->enter(member, room);
    refuse(*member);
  });
}

std::shared_ptr<ConferenceMember> Conferences::member_of(CallServices& services, ConferenceCaller caller) {
  Calls& home = Conferences::home(services);
  auto member = std::make_shared<ConferenceMember>(services.active_calls, home.loop().clock().now());
  member->party.leg = caller.leg;
  member->party.who = std::move(caller.who);
  member->party.calls = true;
  member->party.inbound = true;
  member->party.user_agent = std::move(caller.user_agent);
  member->party.slot = std::move(caller.slot);
  member->ticket = std::move(caller.ticket);
  // What the leg reports from now on comes after the caller has entered.
  caller.leg->set_owner(member, home.loop());
  return member;
}

std::shared_ptr<ConferenceMember> Conferences::member_from_call(CallServices& services, Party party,
                                                                NumberCounts::Ticket ticket) {
  Calls& home = Conferences::home(services);
  auto member = std::make_shared<ConferenceMember>(services.active_calls, home.loop().clock().now());
  member->party = std::move(party);
  member->party.before = {};
  member->ticket = std::move(ticket);
  member->party.leg->run([member, &home](Leg& leg) { leg.set_owner(member, home.loop()); });
  return member;
}

void Conferences::bring_in(CallServices& services, std::shared_ptr<ConferenceMember> member,
                           std::shared_ptr<const store::ConferenceRoom> room,
                           std::shared_ptr<ConferenceMember> replaced) {
  Calls& home = Conferences::home(services);
  member->replaces = std::move(replaced);
  home.loop().post([&home, member, room = std::move(room)] {
    Conferences& all = home.conferences();
    // What nobody can call is not begun again by who comes too late.
    const bool can_be_called = home.services().snapshot()->rooms.contains(room->number);
    const auto conference = can_be_called || all.by_number_.contains(room->number) ? all.conference_of(room) : nullptr;
    if (conference) return conference->enter_from_call(member, room);
    member->party.leg->run([](Leg& leg) { leg.end(480, {}); });
  });
}

void Conferences::confer(CallServices& services, std::vector<std::shared_ptr<ConferenceMember>> members,
                         std::string master) {
  Calls& home = Conferences::home(services);
  home.loop().post([&home, members = std::move(members), master = std::move(master)] {
    store::ConferenceRoom room;
    room.number = "three-way-" + base::random_hex(4);
    room.name = "Three-way call of " + master;
    room.announcements = false;
    const auto conference = home.conferences().open(std::make_shared<const store::ConferenceRoom>(std::move(room)));
    if (conference) return conference->begin_three_way(members);
    for (const auto& member : members) member->party.leg->run([](Leg& leg) { leg.end(480, {}); });
  });
}

void Conferences::room_of(CallServices& services, const std::shared_ptr<ConferenceMember>& member,
                          base::Loop& answer_on,
                          std::function<void(std::shared_ptr<const store::ConferenceRoom>)> found) {
  home(services).loop().post([member, &answer_on, found = std::move(found)] {
    const auto conference = member->conference.lock();
    answer_on.post([found, room = conference ? conference->room() : nullptr] { found(room); });
  });
}

void Conferences::room_to_bring_into(
    CallServices& services, const std::shared_ptr<ConferenceMember>& member, policy::ThreeWayParty party,
    base::Loop& answer_on, std::function<void(base::Result<std::shared_ptr<const store::ConferenceRoom>>)> found) {
  home(services).loop().post([member, party = std::move(party), &answer_on, found = std::move(found)] {
    base::Result<void> may = base::fail("conference.call-changes", "The conference has just ended.");
    const auto conference = member->conference.lock();
    if (conference) may = conference->may_bring_in(party);
    answer_on.post([found, answer = may.map([&] { return conference->room(); })] { found(answer); });
  });
}

void Conferences::dismiss(CallServices& services, const std::shared_ptr<ConferenceMember>& member,
                          const std::string& cause) {
  home(services).loop().post([member, cause] {
    if (const auto conference = member->conference.lock()) conference->dismiss(member, cause);
  });
}

void Conferences::refuse(const ConferenceMember& caller) {
  caller.party.leg->run([](Leg& leg) { leg.reject(503, "The conference cannot be opened.", {}); });
}

void Conferences::intrude(CallServices& services, ConferenceCaller caller, const IntrusionDialled& dialled) {
  Calls& home = Conferences::home(services);
  const auto member = member_of(services, std::move(caller));
  const store::Subscription& who = *member->party.who.subscription;
  const bool right = dialled.kind == policy::Intrusion::intrude ? who.intrusion_right : who.listen_right;
  home.loop().post([&home, member, dialled, right] { home.conferences().open_intrusion(member, dialled, right); });
}

void Conferences::open_intrusion(const std::shared_ptr<ConferenceMember>& newcomer, const IntrusionDialled& dialled,
                                 bool right) {
  store::ConferenceRoom room;
  room.number = word_of(dialled.kind) + "-" + base::random_hex(4);
  room.name = word_of(dialled.kind) + " in a call of " + dialled.number;
  room.announcements = false;
  const auto conference = open(std::make_shared<const store::ConferenceRoom>(std::move(room)));
  if (!conference) return refuse(*newcomer);
  conference->begin_intrusion(newcomer, dialled, right);
}

void Conferences::hang_up_lent(CallServices& services, const std::string& id, const std::string& cause) {
  Calls& calls = home(services);
  calls.loop().post([&calls, id, cause] { calls.conferences().hang_up(id, cause); });
}

void Conferences::call(CallServices& services, std::string room, std::string number,
                       std::function<void(base::Result<void>)> done) {
  Calls& calls = home(services);
  calls.loop().post([&calls, room = std::move(room), number = std::move(number), done = std::move(done)] {
    const auto model = calls.services().snapshot();
    const auto found = model->rooms.find(room);
    if (found == model->rooms.end()) {
      return done(base::fail("room.unknown", "There is no conference room with this number.", "number"));
    }
    Conferences& all = calls.conferences();
    const auto conference = all.conference_of(found->second);
    if (!conference) return done(base::fail("conference.not-opened", "The conference cannot be opened."));
    done(conference->call(number));
    all.follow();
  });
}

void Conferences::follow_model(CallServices& services) {
  Calls& calls = home(services);
  calls.loop().post([&calls] { calls.conferences().follow(); });
}

Calls& Conferences::home(CallServices& services) {
  return *services.per_loop.front();
}

std::shared_ptr<Conference> Conferences::conference_of(const std::shared_ptr<const store::ConferenceRoom>& room) {
  if (const auto found = by_number_.find(room->number); found != by_number_.end()) return found->second;
  return open(room);
}

std::shared_ptr<Conference> Conferences::open(const std::shared_ptr<const store::ConferenceRoom>& room) {
  auto conference = std::make_shared<Conference>(calls_, room, [this] { follow(); });
  if (const auto opened = conference->open(); !opened) {
    base::log::warning("conference.not-opened", {{"room", room->number}, {"code", opened.error().code}});
    return nullptr;
  }
  return by_number_.emplace(room->number, std::move(conference)).first->second;
}

void Conferences::add_views(std::vector<CallView>& views) const {
  for (const auto& [number, conference] : by_number_) {
    if (!conference->empty()) views.push_back(conference->view());
  }
}

void Conferences::hang_up(const std::string& id, const std::string& cause) {
  for (const auto& [number, conference] : by_number_) {
    if (conference->id() != id) continue;
    const auto ending = conference;
    return ending->hang_up(cause);
  }
}

}  // namespace cadenas::pbx
