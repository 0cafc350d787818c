// The links between conference rooms of the board.
#include <memory>
#include <vector>

#include "media/board.hpp"
#include "media/board_impl.hpp"

namespace cadenas::media {

bool Board::Impl::are_linked(RoomId one, RoomId other) const {
  std::unordered_set<RoomId> seen{one};
  std::vector<RoomId> to_visit{one};
  while (!to_visit.empty()) {
    const RoomId at = to_visit.back();
    to_visit.pop_back();
    if (at == other) return true;
    for (const auto& [id, link] : links) {
      if (link.a == at && seen.insert(link.b).second) to_visit.push_back(link.b);
      if (link.b == at && seen.insert(link.a).second) to_visit.push_back(link.a);
    }
  }
  return false;
}

base::Result<void> Board::link_rooms(LinkId id, RoomId a, RoomId b) {
  // Some 20 kB each, made here and not on a media thread.
  const auto to_a = std::make_shared<BridgePipe>();
  const auto to_b = std::make_shared<BridgePipe>();
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->rooms.contains(a) || !impl_->rooms.contains(b)) {
    return base::fail("media.no-room", "There is no such conference room.");
  }
  if (impl_->links.contains(id)) {
    return base::fail("media.link-exists", "A link with this number is there already.");
  }
  if (impl_->are_linked(a, b)) {
    return base::fail("media.link-ring", "The two rooms hear each other already.");
  }
  impl_->links.emplace(id, Impl::LinkEntry{a, b});
  impl_->post_to_room(a, MediaThread::Link{a, id, RoomLink(to_a, to_b)});
  impl_->post_to_room(b, MediaThread::Link{b, id, RoomLink(to_b, to_a)});
  return {};
}

void Board::unlink_rooms(LinkId id) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->links.find(id);
  if (found == impl_->links.end()) return;
  for (const RoomId room : {found->second.a, found->second.b}) {
    impl_->post_to_room(room, MediaThread::Unlink{room, id});
  }
  impl_->links.erase(found);
}

}  // namespace cadenas::media
