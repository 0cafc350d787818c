#include "pbx/conference_media.hpp"

#include <utility>

#include "media/board.hpp"

namespace cadenas::pbx {

std::vector<media::DtlsFingerprint> BoardConferences::dtls_fingerprints() const {
  return board_.dtls_fingerprints();
}
base::Result<void> BoardConferences::open_room(media::RoomId room, media::DigitSink digits) {
  return eip_.check().and_then([&] { return board_.open_room(room, std::move(digits)); });
}
base::Result<base::Endpoint> BoardConferences::join(media::RoomId room, media::MemberId member,
                                                    media::AddressFamily family) {
  return eip_.check().and_then([&] { return board_.join(room, member, family); });
}
base::Result<void> BoardConferences::configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) {
  return board_.configure_member(member, std::move(leg), std::move(audio));
}
void BoardConferences::seat(media::MemberId member, media::Seat seat) {
  board_.seat(member, seat);
}
void BoardConferences::announce(media::RoomId room, media::Announcement announcement) {
  board_.announce(room, announcement);
}
std::optional<media::MemberStats> BoardConferences::stats(media::MemberId member) const {
  return board_.member_stats(member);
}
std::optional<media::MemberStats> BoardConferences::leave(media::MemberId member) {
  return board_.leave(member);
}
void BoardConferences::close_room(media::RoomId room) {
  board_.close_room(room);
}
base::Result<void> BoardConferences::link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) {
  return board_.link_rooms(link, a, b);
}
void BoardConferences::unlink_rooms(media::LinkId link) {
  board_.unlink_rooms(link);
}

}  // namespace cadenas::pbx
