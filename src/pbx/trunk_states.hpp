#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::pbx {

/// Whether a trunk could be reached when that was last tried, and if not, why.
struct TrunkState {
  enum class Reach : std::uint8_t { unknown, reachable, unreachable };
  Reach reach = Reach::unknown;
  base::WallTime since{};  ///< not set while unknown
  std::string code;        ///< stable, of what is wrong: "tls.server-revoked", "connect.failed", …; empty otherwise
  std::string message;     ///< one sentence
};
std::string_view to_string(TrunkState::Reach reach);

/// The state of every trunk, by name. Any thread; takes a lock for some map work, once a connection or probe.
class TrunkStates {
 public:
  /// Logs a change, and nothing else.
  void note(const std::string& trunk, const base::Result<void>& reached, base::WallTime now);
  /// Those that were tried; names of trunks that are gone may be among them.
  std::map<std::string, TrunkState> all() const;
  void forget(const std::string& trunk);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TrunkState> states_;  // under mutex_
};

}  // namespace cadenas::pbx
