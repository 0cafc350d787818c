#pragma once

#include <memory>
#include <optional>
#include <string>

#include "media/session_stats.hpp"
#include "media/tdm/slot_audio.hpp"
#include "pbx/call_view.hpp"
#include "pbx/correspondent.hpp"
#include "pbx/leg.hpp"
#include "pbx/party_media.hpp"
#include "policy/decision.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// One end of a call as the call knows it. Belongs to the call's loop; the leg itself lives on its own.
struct Party {
  std::shared_ptr<Leg> leg;
  Correspondent who;
  std::optional<media::tdm::PortId> slot{};  ///< its port of the TDM bus; none: its voice comes in packets
  bool calls = false;                        ///< it began the call
  bool inbound = false;
  bool confirmed = false;
  bool established = false;  ///< a caller's INVITE was answered by us
  bool gone = false;         ///< its leg has ended
  std::string user_agent;
  std::string referred_by;  ///< of a transfer's target: header value
  std::optional<PartyMedia> media;
  policy::Decision decision;
  std::string clear_reason;      ///< why voice is clear though the conditions hold; a sentence
  bool retry_plain = false;      ///< a refusal of the encrypted offer may be followed by one in clear
  bool encrypts_again = false;   ///< it was made clear by a conference, not by its own wish: offered as a new call is
  bool early_described = false;  ///< a provisional response brought an answer
  media::SideStats before;       ///< what its side of the session had counted when it came
};

/// The view, with the packets the side has counted since the party came; none where `stats` is null.
/// `slot` is what went through its time slot, null where there is none.
LegView view_of(const Party& party, const media::SideStats* stats, const media::tdm::SlotStats* slot = nullptr);

/// What is kept of an ended call.
store::CallRecord record_of(const CallView& view);

/// The conditions that fail, as "policy.no-right: The subscription …", one sentence each.
std::string failing_sentences(const policy::Decision& decision);

}  // namespace cadenas::pbx
