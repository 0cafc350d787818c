#pragma once

#include <compare>
#include <set>
#include <string>
#include <utility>

namespace cadenas::store {

/// Two conference rooms that hear each other (CONF-4). A value; which is named first makes no difference.
struct RoomLink {
  RoomLink(std::string a, std::string b) : one(std::move(a)), other(std::move(b)) {
    if (other < one) std::swap(one, other);
  }
  bool joins(const std::string& number) const { return one == number || other == number; }
  const std::string& far_end(const std::string& near) const { return one == near ? other : one; }

  std::string one;  ///< the lesser number
  std::string other;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that orders are compared with for a pointer
  friend auto operator<=>(const RoomLink&, const RoomLink&) = default;
};
using RoomLinks = std::set<RoomLink>;

/// The numbers of all rooms that hear that one, itself among them.
std::set<std::string> linked_rooms(const RoomLinks& links, const std::string& number);

}  // namespace cadenas::store
