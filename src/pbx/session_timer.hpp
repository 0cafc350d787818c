#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "sip/message.hpp"

namespace cadenas::pbx {

/// RFC 4028. Seconds.
struct SessionTimerSettings {
  std::uint32_t interval = 1800;  ///< 90 or more; 0 switches it off
  std::uint32_t min_se = 90;      ///< 90 or more (§5)
};

/// What one leg agreed. Each leg of a call has its own terms.
struct SessionTerms {
  std::uint32_t seconds = 0;
  bool we_refresh = false;

  /// When the refresher sends its refresh (§10: half the interval).
  base::Millis refresh_after() const { return base::Millis{std::int64_t{seconds} * 500}; }
  /// When the other side gives up and sends BYE: min(32 s, a third) before the end (§10).
  base::Millis give_up_after() const;
  friend bool operator==(const SessionTerms&, const SessionTerms&) = default;
};

/// The session timer's part of an answered request or received response.
struct SessionReply {
  bool too_small = false;             ///< answer 422 with Min-SE (§6)
  std::optional<SessionTerms> terms;  ///< none: this session has no timer
  std::string session_expires;        ///< header value for the 2xx; empty for none
  bool require_timer = false;         ///< the 2xx says Require: timer (§9)
};

/// As the UAS of an INVITE or UPDATE (§9).
SessionReply answer_session_timer(const sip::MessageView& request, const SessionTimerSettings& settings);

/// As the UAC, from the 2xx to our INVITE or UPDATE (§7.2). Without Session-Expires in it we refresh by ourselves,
/// which finds a peer that vanished.
std::optional<SessionTerms> terms_of_response(const sip::MessageView& response, const SessionTimerSettings& settings);

/// The interval to ask for after a 422 (§7.3): the Min-SE it holds; nothing if it is not above what was asked.
std::optional<std::uint32_t> interval_after_422(const sip::MessageView& response, std::uint32_t asked);

}  // namespace cadenas::pbx
