#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/audio/announcement.hpp"
#include "media/audio/member_audio.hpp"
#include "media/leg_media.hpp"
#include "media/member_stats.hpp"
#include "media/packet_engine.hpp"
#include "media/room_link.hpp"
#include "media/session_stats.hpp"
#include "media/tdm/slot_audio.hpp"
#include "media/tdm/time_slot.hpp"

namespace cadenas::media {

/// Names a session; the caller chooses it and never uses it twice in the life of a board.
using SessionId = std::uint64_t;

enum class AddressFamily : std::uint8_t { ip4, ip6 };

struct BoardSettings {
  base::Endpoint bind_ip4;       ///< local address of IPv4 legs, port ignored; not set: no IPv4 legs
  base::Endpoint bind_ip6;       ///< the same for IPv6
  base::Endpoint advertise_ip4;  ///< what SDP says instead of `bind_ip4` (1:1 NAT, or bound to 0.0.0.0)
  base::Endpoint advertise_ip6;
  std::uint16_t first_port =
      20000;  ///< rounded up to even; RTP takes even ports, RTCP the odd one above (RFC 3550 §11)
  std::uint16_t last_port = 29999;  ///< inclusive
  unsigned threads = 1;             ///< media threads, 1…64; a session stays on one
  std::vector<unsigned> pin_to;     ///< core of each thread in order, empty: not pinned
  PacketEngine engine = PacketEngine::automatic;
};

/// Where a session listens, in the words of SDP (the advertised address). RTCP is `rtp` port + 1.
struct SessionPorts {
  base::Endpoint a;
  base::Endpoint b;

  const base::Endpoint& side(Side s) const { return s == Side::a ? a : b; }
};

/// The media board (EIP): relays RTP between the two legs of each session, decrypting, encrypting and counting
/// (ENC-1, ENC-2), and mixes the legs that end in a conference room (CONF-1). Its methods are called from any thread;
/// they never wait for a media thread and are not for a per-packet path.
class Board {
 public:
  /// `clock` outlives the board. Starts the threads; throws std::system_error when the machine refuses.
  Board(BoardSettings settings, const base::Clock& clock);
  ~Board();  ///< closes every session and joins
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  /// Binds two ports for each leg. Until a leg is configured, what arrives there is counted and dropped.
  /// Errors: "media.ports-exhausted", "media.session-exists", "media.no-address" (family without a bind address),
  /// "media.socket" (the kernel refused, e.g. too many open files).
  base::Result<SessionPorts> open(SessionId id, AddressFamily a = AddressFamily::ip4,
                                  AddressFamily b = AddressFamily::ip4);

  /// Describes a leg, at first or anew; see LegMedia for what survives. In order with other calls of the same thread.
  /// Errors, with nothing changed: "media.no-session", "media.key-length" (keying does not fit the suite),
  /// "media.own-address" (the peer's address is a port of this board), "media.dtls-fingerprint" (none, or not of its
  /// hash's length), "media.dtls-suites" (none that has a profile), "media.dtls-keys" (keys beside DTLS), "media.ice"
  /// (credentials that are too short or too long, or no shared port for RTCP).
  base::Result<void> configure(SessionId id, Side side, LegMedia media);

  /// Of the certificate that every leg of this board shows in a DTLS handshake, by different hashes, the preferred one
  /// first; the same as long as the board lives.
  const std::vector<DtlsFingerprint>& dtls_fingerprints() const;

  /// Ends the session and gives its ports back (soon, on the media thread). Returns its counters at this moment;
  /// none if there is no such session.
  std::optional<SessionStats> close(SessionId id);

  /// Counters at this moment; they only grow. None if there is no such session.
  std::optional<SessionStats> stats(SessionId id) const;

  /// Opens an empty conference room on the media thread that has the fewest members; `digits` may be empty.
  /// Error: "media.room-exists".
  base::Result<void> open_room(RoomId id, DigitSink digits);
  /// Binds two ports for a leg that ends in a room. Where it listens, as SessionPorts says it. Until it is configured
  /// it hears nothing, and what arrives is counted and dropped. Errors: "media.no-room", "media.member-exists", and
  /// those of `open` about addresses and ports.
  base::Result<base::Endpoint> join(RoomId room, MemberId member, AddressFamily family = AddressFamily::ip4);
  /// Describes a member's leg and audio, at first or anew, as `configure`; `payload_types` has no meaning here. Makes
  /// codecs and buffers, some 100 µs of work. Errors, with nothing changed: "media.no-member", "media.no-voice", and
  /// those of `configure`.
  base::Result<void> configure_member(MemberId member, LegMedia media, MemberAudio audio);
  /// `Seat::talks` from the start. What is not there is passed over, here and below.
  void seat(MemberId member, Seat seat);
  /// Plays the signal to all members of the room, after those that it still plays.
  void announce(RoomId room, Announcement announcement);
  /// Takes the member out and gives its ports back (soon). Its counters at this moment; none if there is none such.
  std::optional<MemberStats> leave(MemberId member);
  /// From now on each room hears the other, some 40 ms later. Rooms stay on their media threads, which hand frames to
  /// each other: a room that has members cannot move without losing voice, and all that are linked may be more than one
  /// core can mix. Errors: "media.no-room", "media.link-exists", "media.link-ring" (they hear each other already, so
  /// that voice would go round for ever).
  base::Result<void> link_rooms(LinkId id, RoomId a, RoomId b);
  void unlink_rooms(LinkId id);
  /// Closes the room with all who are in it, and its links.
  void close_room(RoomId room);
  /// At this moment. None if there is no such member.
  std::optional<MemberStats> member_stats(MemberId member) const;

  /// Opens a session of one RTP leg and a time slot (ENC-2, ENC-6), which goes with it. `id` is one of a session. Where
  /// the leg listens; until it is configured it hears nothing, and what arrives is counted and dropped. Errors as
  /// `open`.
  base::Result<base::Endpoint> open_slot(SessionId id, tdm::TimeSlot slot, AddressFamily family = AddressFamily::ip4);
  /// Describes the leg and its voice, at first or anew, as `configure_member`. On hold the slot hears silence. Errors,
  /// with nothing changed: "media.no-session", "media.no-voice", and those of `configure`.
  base::Result<void> configure_slot(SessionId id, LegMedia media, tdm::SlotAudio audio);
  /// Sends the peer a digit (`0`…`9`, `*`, `#`, `A`…`D`) that the port told as an event and not in its voice: as a
  /// telephone event where the peer takes those, else as a tone. Not for ports that are heard dialling (analogue ones):
  /// what sounds in their voice is found there and sent so by itself.
  void dial_slot(SessionId id, char digit);
  /// Ends it and gives ports and time slot back (soon). Its counters at this moment; none if there is none such.
  std::optional<tdm::SlotSessionStats> close_slot(SessionId id);
  /// At this moment. None if there is no such session.
  std::optional<tdm::SlotSessionStats> slot_stats(SessionId id) const;
  /// Makes a time slot a member of a room, heard at once: `seat`, `leave` and `member_stats` are for it too (its `leg`
  /// stays empty: there are no packets), and what it dials is heard from its voice. Errors: "media.no-room",
  /// "media.member-exists".
  base::Result<void> join_slot(RoomId room, MemberId member, tdm::TimeSlot slot);

  std::size_t sessions() const;                        ///< open now
  std::size_t free_ports(AddressFamily family) const;  ///< RTP/RTCP pairs left in the range

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cadenas::media
