#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/timers.hpp"
#include "media/member_stats.hpp"
#include "pbx/conference_audio.hpp"
#include "pbx/leg_event.hpp"
#include "pbx/number_counts.hpp"
#include "pbx/party.hpp"
#include "pbx/room_keypad.hpp"

namespace cadenas::pbx {

class Conference;

/// One caller in a conference, and whom its leg reports to. It is made on the leg's loop and handed to the loop of the
/// conference, where it belongs from then on.
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
  bool admitted = false;   ///< past the PIN
  bool able = false;       ///< its leg could be encrypted: it was when it came, or since
  bool align_due = false;  ///< to be offered what the room is, as soon as no offer is under way
  bool muted = false;
  base::Timers::Id pin_timer = 0;
  const base::WallTime started;
  base::WallTime answered{};

 private:
  std::atomic<std::size_t>& active_calls_;
};

}  // namespace cadenas::pbx
