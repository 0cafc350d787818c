#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "media/tdm/port.hpp"
#include "sip/sdp.hpp"

namespace cadenas::base {
class Loop;
}

namespace cadenas::pbx {

class Leg;
class LegOwner;
/// A description travels between loops as one immutable value: it may hold keys, so it is not copied.
using SharedSdp = std::shared_ptr<const sip::Sdp>;

/// What a leg tells its call.
namespace leg_event {

/// The call has taken that port of the TDM bus; again, where another call of the port had its voice meanwhile.
struct Seized {
  media::tdm::PortId port;
};
/// A called party's 1xx above 100. `reliable`: acknowledged by PRACK, so its answer is settled.
struct Progress {
  int status = 180;
  SharedSdp sdp;  ///< null if none
  bool reliable = false;
};
/// The called party's 2xx.
struct Answered {
  SharedSdp sdp;  ///< null if none
};
/// The called party's final refusal, or the want of any.
struct Failed {
  int status = 500;
  std::string reason;
  std::optional<std::uint32_t> retry_after;
};
/// An offer within the dialog; null where an INVITE without a description asks for ours.
struct Offered {
  SharedSdp sdp;
};
/// What was last Offered is taken back: its re-INVITE was cancelled, and answered 487 (RFC 3261 §9.2).
struct OfferWithdrawn {};
/// The answer to what we offered, in a 2xx or in an ACK; null where it is missing.
struct OfferAnswered {
  SharedSdp sdp;
};
/// Our offer was turned down; the session is as it was (RFC 3261 §14.1).
struct OfferRefused {
  int status = 488;
};
struct Info {
  std::string content_type;
  std::string body;
};
/// The party leaves, and joins whom it speaks with here to whom it speaks with on another leg of its own.
struct Joins {
  std::shared_ptr<Leg> with;
  std::weak_ptr<LegOwner> owner;  ///< of the other leg
  base::Loop* owner_loop = nullptr;
};
/// The party makes one conference of whom it speaks with here, whom it speaks with on another leg of its own, and
/// itself (CONF-2). One of the two legs ends where it is made; where it is refused, `Leg::notify_refer` says so.
struct Confers {
  std::shared_ptr<Leg> with;
  std::weak_ptr<LegOwner> owner;  ///< of the other leg
  base::Loop* owner_loop = nullptr;
};
/// The party of a TDM port dialled a digit that does not sound in its voice.
struct Digit {
  char digit = '0';
};
/// REFER was accepted with 202 (RFC 3515).
struct Refer {
  std::string refer_to;
  std::string referred_by;
};
/// The session is to be refreshed by a re-INVITE: an offer of what stands is due. It comes again where nothing is done.
struct RefreshDue {};
/// The phone lost its connection and is back on another: `leg` goes on with the dialog in place of the one that tells.
struct Moved {
  std::shared_ptr<Leg> leg;
};
/// The dialog, or the attempt at one, is over; nothing follows.
struct Ended {
  std::string cause;  ///< "bye", "cancelled", "flow closed", "session expired", …
};

}  // namespace leg_event

using LegEvent =
    std::variant<leg_event::Progress, leg_event::Answered, leg_event::Failed, leg_event::Offered, leg_event::RefreshDue,
                 leg_event::OfferWithdrawn, leg_event::OfferAnswered, leg_event::OfferRefused, leg_event::Info,
                 leg_event::Refer, leg_event::Moved, leg_event::Ended, leg_event::Seized, leg_event::Digit,
                 leg_event::Joins, leg_event::Confers>;

/// Whom a leg reports to. Called on the owner's loop, in the order of the events.
class LegOwner {
 public:
  virtual ~LegOwner() = default;
  virtual void on_leg_event(const std::shared_ptr<Leg>& leg, LegEvent event) = 0;
};

}  // namespace cadenas::pbx
