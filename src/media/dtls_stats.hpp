#pragma once

#include <cstdint>

#include "media/dtls_failure.hpp"

namespace cadenas::media {

enum class DtlsState : std::uint8_t {
  waiting,      ///< for the peer's first flight, or for the time of ours
  handshaking,  ///< flights go to and fro
  established,  ///< the fingerprint matched, and the keys are those of the handshake
  failed,       ///< the last handshake gave no keys; another may follow
};

/// The DTLS association of one leg, in force now or on its way. Datagrams are counted over the life of the leg.
struct DtlsStats {
  DtlsState state = DtlsState::waiting;
  DtlsFailure failure = DtlsFailure::none;  ///< of the last handshake that failed since the last that was done
  std::uint64_t handshakes = 0;             ///< done, over the life of the leg
  std::uint64_t failures = 0;               ///< given up
  std::uint64_t rx_taken = 0;               ///< datagrams of DTLS that were let in
  std::uint64_t rx_dropped = 0;             ///< …and not: of a stranger, too many at once, or not the time for them
  std::uint64_t tx_sent = 0;                ///< datagrams of DTLS that the kernel took

  friend bool operator==(const DtlsStats&, const DtlsStats&) = default;
};

}  // namespace cadenas::media
