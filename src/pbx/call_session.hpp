#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "media/board.hpp"
#include "media/session_stats.hpp"
#include "media/tdm/port.hpp"
#include "media/tdm/slot_audio.hpp"
#include "pbx/party_media.hpp"

namespace cadenas::pbx {

class MediaSessions;
class TdmMedia;

/// What is at one end of a call's media: packets, or the time slot of a port.
using MediaEnd = std::variant<media::AddressFamily, media::tdm::PortId>;

/// What a session of a call counted. A time slot has no packets: what it moved is in `slots`.
struct CallStats {
  media::SessionStats packets;
  std::array<std::optional<media::tdm::SlotStats>, 2> slots{};

  const std::optional<media::tdm::SlotStats>& slot(media::Side s) const { return slots[static_cast<std::size_t>(s)]; }
};

/// The media session of a call by what is at its ends: two RTP legs on the board or on an external relay, an RTP leg
/// and a time slot on the board, or two time slots on the bus. A value that names it; empty before `open` and after
/// `close`.
struct CallSession {
  std::uint64_t id = 0;  ///< 0: none
  std::array<MediaEnd, 2> ends{};
  std::array<LocalMedia, 2> local{};  ///< where each end receives

  explicit operator bool() const { return id != 0; }
  const MediaEnd& end(media::Side s) const { return ends[static_cast<std::size_t>(s)]; }
  const LocalMedia& at(media::Side s) const { return local[static_cast<std::size_t>(s)]; }
  bool has_slot() const { return slot_side().has_value(); }
  bool is_on_bus() const;
  /// The side that is a time slot, the first of two.
  std::optional<media::Side> slot_side() const;
};

/// Carries the sessions of calls to whatever has them. Any thread.
class CallSessions {
 public:
  using Opened = std::function<void(base::Result<CallSession>)>;
  using Closed = std::function<void(std::optional<CallStats>)>;

  /// `tdm` is null where there is no bus. Both outlive it.
  CallSessions(MediaSessions& packets, TdmMedia* tdm) : packets_(packets), tdm_(tdm) {}

  /// `opened` runs within the call, or on `answer_on` where an external relay has it. `id` is used once; `dtls` as in
  /// MediaSessions::open. Errors as there and media::tdm::Bus::take; "tdm.none" without a bus.
  void open(std::uint64_t id, const MediaEnd& a, const MediaEnd& b, bool dtls, base::Loop& answer_on,
            const Opened& opened);
  /// What the party on that side agreed on; of a time slot there is nothing to say. Errors as MediaSessions::configure
  /// and media::Board::configure_slot; "call.no-codec".
  base::Result<void> configure(const CallSession& session, media::Side side, const PartyMedia& party);
  std::optional<CallStats> stats(const CallSession& session) const;
  void close(const CallSession& session, base::Loop& answer_on, const Closed& closed);
  /// A digit that a port told, for the RTP leg opposite.
  void dial(const CallSession& session, char digit);

 private:
  void open_with_slot(CallSession session, const Opened& opened);
  std::optional<CallStats> on_bus(const CallSession& session) const;

  MediaSessions& packets_;
  TdmMedia* tdm_;
};

}  // namespace cadenas::pbx
