#pragma once

#include <optional>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/audio/announcement.hpp"
#include "media/audio/member_audio.hpp"
#include "media/leg_media.hpp"
#include "media/member_stats.hpp"
#include "media/room_link.hpp"
#include "pbx/eip.hpp"

namespace cadenas::media {
class Board;
enum class AddressFamily : std::uint8_t;
}  // namespace cadenas::media

namespace cadenas::pbx {

/// What conferences need of the media board; see media::Board for meaning and errors. Any thread. A conference is
/// always on the embedded board: a pool of external relays only relays.
class ConferenceMedia {
 public:
  virtual ~ConferenceMedia() = default;
  /// The certificate that members are shown in a DTLS handshake, as in LocalMedia.
  virtual std::vector<media::DtlsFingerprint> dtls_fingerprints() const = 0;
  virtual base::Result<void> open_room(media::RoomId room, media::DigitSink digits) = 0;
  virtual base::Result<base::Endpoint> join(media::RoomId room, media::MemberId member,
                                            media::AddressFamily family) = 0;
  virtual base::Result<void> configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) = 0;
  virtual void seat(media::MemberId member, media::Seat seat) = 0;
  virtual void announce(media::RoomId room, media::Announcement announcement) = 0;
  virtual std::optional<media::MemberStats> stats(media::MemberId member) const = 0;
  virtual std::optional<media::MemberStats> leave(media::MemberId member) = 0;
  virtual void close_room(media::RoomId room) = 0;
  virtual base::Result<void> link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) = 0;
  virtual void unlink_rooms(media::LinkId link) = 0;
};

/// On the embedded board, while it takes new sessions ("eip.out-of-service" else). Both outlive it.
class BoardConferences final : public ConferenceMedia {
 public:
  BoardConferences(media::Board& board, const EipService& eip) : board_(board), eip_(eip) {}
  std::vector<media::DtlsFingerprint> dtls_fingerprints() const override;
  base::Result<void> open_room(media::RoomId room, media::DigitSink digits) override;
  base::Result<base::Endpoint> join(media::RoomId room, media::MemberId member, media::AddressFamily family) override;
  base::Result<void> configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) override;
  void seat(media::MemberId member, media::Seat seat) override;
  void announce(media::RoomId room, media::Announcement announcement) override;
  std::optional<media::MemberStats> stats(media::MemberId member) const override;
  std::optional<media::MemberStats> leave(media::MemberId member) override;
  void close_room(media::RoomId room) override;
  base::Result<void> link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) override;
  void unlink_rooms(media::LinkId link) override;

 private:
  media::Board& board_;
  const EipService& eip_;
};

}  // namespace cadenas::pbx
