#pragma once

#include <cstdint>

namespace cadenas::media {

enum class IceState : std::uint8_t {
  waiting,    ///< no check has come yet that has the password
  checked,    ///< from one address at least one has; none is nominated
  nominated,  ///< the peer has chosen the address that voice goes to
};

/// The checks of the peer on a leg with ICE: the state since the last restart, the counts over the life of the leg.
/// Checks of a stranger that never could be one (no STUN, no credentials) are in `malformed`.
struct IceStats {
  IceState state = IceState::waiting;
  std::uint64_t answered = 0;  ///< valid, and answered with success
  std::uint64_t nominations =
      0;  ///< how often the place that voice goes to was chosen, changed, or chosen anew after a restart
  std::uint64_t malformed = 0;           ///< no Binding message of STUN, dropped; or without credentials, refused (400)
  std::uint64_t wrong_credentials = 0;   ///< refused: another username or password (401)
  std::uint64_t unknown_attributes = 0;  ///< refused: something in it must be understood and is not (420)
  std::uint64_t role_conflicts = 0;      ///< refused: the peer wants us to nominate, and we are lite (487)
  std::uint64_t lost = 0;                ///< too many at once: without effect and without an answer

  friend bool operator==(const IceStats&, const IceStats&) = default;
};

}  // namespace cadenas::media
