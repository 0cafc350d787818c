#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "pbx/call_view.hpp"
#include "pbx/conference_member.hpp"
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
};

/// The conferences of one loop: those whose number falls on it. All on the loop, unless said otherwise.
class Conferences {
 public:
  explicit Conferences(Calls& calls) : calls_(calls) {}

  /// Brings a caller to the conference of that room, which begins with the first. On the loop of the leg.
  static void enter(CallServices& services, ConferenceCaller caller, std::shared_ptr<const store::ConferenceRoom> room);

  void add_views(std::vector<CallView>& views) const;
  /// Ends the conference of that id, if it is here.
  void hang_up(const std::string& id, const std::string& cause);

 private:
  std::shared_ptr<Conference> conference_of(const std::shared_ptr<const store::ConferenceRoom>& room);

  Calls& calls_;
  std::unordered_map<std::string, std::shared_ptr<Conference>> by_number_;
};

}  // namespace cadenas::pbx
