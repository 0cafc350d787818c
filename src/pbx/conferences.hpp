#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "media/room_link.hpp"
#include "media/tdm/port.hpp"
#include "pbx/call_view.hpp"
#include "pbx/conference_member.hpp"
#include "pbx/intrusion_dialled.hpp"
#include "policy/three_way.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Calls;
class Leg;
class Conference;
struct CallServices;

/// Who calls a conference, as its loop knows it.
struct ConferenceCaller {
  std::shared_ptr<Leg> leg;
  Correspondent who;
  std::string user_agent;
  NumberCounts::Ticket ticket;
  std::optional<media::tdm::PortId> slot{};  ///< of a caller at a port of the TDM bus
};

/// The conferences, all on the first loop: those that are linked are judged as one, and what a conference does besides
/// the legs of its members, which live on any loop, is little. All on that loop, unless said otherwise; the ones of the
/// other loops stay empty.
class Conferences {
 public:
  explicit Conferences(Calls& calls) : calls_(calls) {}
  static Calls& home(CallServices& services);

  /// Brings a caller to the conference of that room, which begins with the first. On the loop of the leg.
  static void enter(CallServices& services, ConferenceCaller caller, std::shared_ptr<const store::ConferenceRoom> room);

  /// Takes a party over from its call, which lets go of it; whoever has the member sends it into a conference, or ends
  /// its leg. On the call's loop.
  static std::shared_ptr<ConferenceMember> member_from_call(CallServices& services, Party party,
                                                            NumberCounts::Ticket ticket);
  /// Brings in whom a call sends into a room, in place of `replaced` if that is given. On the call's loop.
  static void bring_in(CallServices& services, std::shared_ptr<ConferenceMember> member,
                       std::shared_ptr<const store::ConferenceRoom> room, std::shared_ptr<ConferenceMember> replaced);
  /// Makes a conference of its own of those whom two calls of a set have given, the set (of number `master`) first
  /// (CONF-2). Any thread.
  static void confer(CallServices& services, std::vector<std::shared_ptr<ConferenceMember>> members,
                     std::string master);
  /// The room a member is in, null where it is in none that others are sent into; answers on `answer_on`. Any thread.
  static void room_of(CallServices& services, const std::shared_ptr<ConferenceMember>& member, base::Loop& answer_on,
                      std::function<void(std::shared_ptr<const store::ConferenceRoom>)> found);
  /// The room a member is in, if that party may be brought in there by who has it in a call: else the errors of
  /// Conference::may_bring_in. Answers on `answer_on`. Any thread.
  static void room_to_bring_into(CallServices& services, const std::shared_ptr<ConferenceMember>& member,
                                 policy::ThreeWayParty party, base::Loop& answer_on,
                                 std::function<void(base::Result<std::shared_ptr<const store::ConferenceRoom>>)> found);
  /// Takes a member out. Any thread.
  static void dismiss(CallServices& services, const std::shared_ptr<ConferenceMember>& member,
                      const std::string& cause);
  /// Lets a room call a number and bring in who answers; `done` is called on any loop. Errors "room.unknown",
  /// "conference.not-opened", and those of Conference::call. Any thread.
  static void call(CallServices& services, std::string room, std::string number,
                   std::function<void(base::Result<void>)> done);
  /// Lets a caller break into the call of a number (CONF-5, CONF-6), or refuses him with the reason. On the loop of the
  /// leg.
  static void intrude(CallServices& services, ConferenceCaller caller, const IntrusionDialled& dialled);
  /// Ends the conference of that id, whose parties a call has lent and does not want back. Any thread.
  static void hang_up_lent(CallServices& services, const std::string& id, const std::string& cause);
  /// Takes what the model says of rooms and of the links between them into effect. Any thread.
  static void follow_model(CallServices& services);

  void add_views(std::vector<CallView>& views) const;
  /// Ends the conference of that id, if it is here.
  void hang_up(const std::string& id, const std::string& cause);

 private:
  static std::shared_ptr<ConferenceMember> member_of(CallServices& services, ConferenceCaller caller);
  static void refuse(const ConferenceMember& caller);
  std::shared_ptr<Conference> conference_of(const std::shared_ptr<const store::ConferenceRoom>& room);
  std::shared_ptr<Conference> open(const std::shared_ptr<const store::ConferenceRoom>& room);
  void open_intrusion(const std::shared_ptr<ConferenceMember>& newcomer, const IntrusionDialled& dialled, bool right);
  // The links (conference_links.cpp).
  void follow();
  void unlink(const store::Snapshot& model, const std::set<std::string>& needed);
  void link(const store::Snapshot& model);
  void regroup();

  Calls& calls_;
  std::map<std::string, std::shared_ptr<Conference>> by_number_;
  std::map<store::RoomLink, media::LinkId> links_;  // that are in effect
  store::RoomLinks refused_links_;                  // the journal knows of
};

}  // namespace cadenas::pbx
