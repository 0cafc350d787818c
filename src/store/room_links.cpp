#include "store/room_links.hpp"

#include <vector>

namespace cadenas::store {

std::set<std::string> linked_rooms(const RoomLinks& links, const std::string& number) {
  std::set<std::string> found{number};
  std::vector<std::string> to_visit{number};
  while (!to_visit.empty()) {
    const std::string at = std::move(to_visit.back());
    to_visit.pop_back();
    for (const RoomLink& link : links) {
      if (link.joins(at) && found.insert(link.far_end(at)).second) to_visit.push_back(link.far_end(at));
    }
  }
  return found;
}

}  // namespace cadenas::store
