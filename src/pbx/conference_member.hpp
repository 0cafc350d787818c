#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/timers.hpp"
#include "media/member_stats.hpp"
#include "pbx/conference_audio.hpp"
#include "pbx/forking.hpp"
#include "pbx/leg_event.hpp"
#include "pbx/number_counts.hpp"
#include "pbx/party.hpp"
#include "pbx/room_keypad.hpp"

namespace cadenas::pbx {

class Call;
class Conference;

/// A call that a conference makes to a number: its contacts ring in parallel, each a member that is not let in yet.
struct ConferenceInvitation {
  std::string number;
  std::size_t ringing = 0;
  BestRefusal best;
  NumberCounts::Ticket trunk_ticket;  ///< of the trunk that is called
  base::Timers::Id ring_timer = 0;
};

/// One who is in a conference, or called into it, or lent to it by a call, and whom its leg reports to. A caller is
/// made on the leg's loop and handed to the loop of the conference, where it belongs from then on.
class ConferenceMember final : public LegOwner, public std::enable_shared_from_this<ConferenceMember> {
 public:
  /// `active_calls` counts it as a call, and outlives it.
  ConferenceMember(std::atomic<std::size_t>& active_calls, base::WallTime now)
      : started(now), active_calls_(active_calls) {
    active_calls_.fetch_add(1);
  }
  ~ConferenceMember() override { active_calls_.fetch_sub(1); }
  ConferenceMember(const ConferenceMember&) = delete;
  ConferenceMember& operator=(const ConferenceMember&) = delete;

  void on_leg_event(const std::shared_ptr<Leg>& leg, LegEvent event) override;

  std::weak_ptr<Conference> conference;
  std::string call_id;  ///< of its record; no SIP Call-ID
  Party party;
  NumberCounts::Ticket ticket;
  media::MemberId id = 0;
  std::optional<ConferenceAudio> audio;  ///< none before it is agreed on
  RoomKeypad keypad{nullptr};
  std::shared_ptr<ConferenceInvitation> invited;  ///< of a contact that the conference calls
  bool rings = false;                             ///< called, and has not answered yet
  bool admitted = false;                          ///< past the PIN
  bool able = false;                              ///< its leg could be encrypted: it was when it came, or since
  bool align_due = false;                         ///< to be offered what the room is, as soon as no offer is under way
  bool muted = false;
  /// The call that lent this party, and takes it back; it belongs to that loop before and after (Call::lend).
  std::weak_ptr<Call> lender;
  base::Loop* lender_loop = nullptr;
  bool is_lent() const { return lender_loop != nullptr; }
  /// No packet of its leg is clear: it is encrypted, or a time slot, which has none (CONF-3).
  bool is_encrypted() const { return party.slot || party.media->encrypted(); }
  bool given_back = false;
  std::shared_ptr<ConferenceMember> replaces;  ///< who leaves when this one, sent by a transfer, is in
  bool moving = false;                         ///< asked to send its voice here, and has not answered yet
  base::Timers::Id pin_timer = 0;
  const base::WallTime started;
  base::WallTime answered{};

 private:
  std::atomic<std::size_t>& active_calls_;
};

}  // namespace cadenas::pbx
