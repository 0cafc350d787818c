#include "pbx/tdm_media.hpp"

#include <utility>

namespace cadenas::pbx {

void BoardTdm::tell(const media::tdm::PortId& port, media::tdm::Command command) {
  bus_.tell(port, std::move(command));
}

base::Result<base::Endpoint> BoardTdm::open(media::SessionId id, const media::tdm::PortId& port,
                                            media::AddressFamily family) {
  auto slot = eip_.check().and_then([&] { return bus_.take(port); });
  if (!slot) return tl::unexpected(slot.error());
  return board_.open_slot(id, std::move(*slot), family);
}

base::Result<void> BoardTdm::configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) {
  return board_.configure_slot(id, std::move(leg), std::move(audio));
}

base::Result<void> BoardTdm::join(const media::tdm::PortId& a, const media::tdm::PortId& b) {
  return eip_.check().and_then([&] { return bus_.join(a, b); });
}

base::Result<void> BoardTdm::join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) {
  auto slot = eip_.check().and_then([&] { return bus_.take(port); });
  if (!slot) return tl::unexpected(slot.error());
  return board_.join_slot(room, member, std::move(*slot));
}

}  // namespace cadenas::pbx
