#pragma once

#include <cstddef>
#include <cstdint>

namespace cadenas::policy {

/// What a conference room does where somebody who cannot encrypt wants to take part.
enum class ClearNewcomer : std::uint8_t {
  fall_back,  ///< he is let in, and all voice of the room is clear (CONF-4)
  refuse,     ///< he is not let in
};

/// Whether a room is encrypted: all who take part can encrypt (CONF-1). Of nobody this is true.
constexpr bool room_encrypts(std::size_t members, std::size_t able) {
  return able == members;
}

struct RoomJoin {
  bool admitted = false;
  bool room_encrypts = false;  ///< afterwards

  friend bool operator==(const RoomJoin&, const RoomJoin&) = default;
};

/// Judges somebody who wants to take part, or a member whose leg is to change: `members` are the others, of whom `able`
/// can encrypt.
constexpr RoomJoin judge_join(std::size_t members, std::size_t able, bool newcomer_encrypts, ClearNewcomer policy) {
  const bool admitted = newcomer_encrypts || policy == ClearNewcomer::fall_back;
  return {admitted, room_encrypts(members, able) && (newcomer_encrypts || !admitted)};
}

}  // namespace cadenas::policy
