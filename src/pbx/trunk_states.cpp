#include "pbx/trunk_states.hpp"

#include "base/log.hpp"

namespace cadenas::pbx {

std::string_view to_string(TrunkState::Reach reach) {
  constexpr std::string_view names[]{"unknown", "reachable", "unreachable"};
  return names[static_cast<std::size_t>(reach)];
}

void TrunkStates::note(const std::string& trunk, const base::Result<void>& reached, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  TrunkState& state = states_[trunk];
  const auto reach = reached ? TrunkState::Reach::reachable : TrunkState::Reach::unreachable;
  const std::string code = reached ? std::string{} : reached.error().code;
  if (state.reach == reach && state.code == code) return;
  state = {reach, now, code, reached ? std::string{} : reached.error().message};
  if (reached) {
    base::log::info("trunk.reachable", {{"trunk", trunk}});
  } else {
    base::log::warning("trunk.unreachable", {{"trunk", trunk}, {"code", state.code}, {"message", state.message}});
  }
}

std::map<std::string, TrunkState> TrunkStates::all() const {
  const std::lock_guard lock(mutex_);
  return states_;
}

void TrunkStates::forget(const std::string& trunk) {
  const std::lock_guard lock(mutex_);
  states_.erase(trunk);
}

}  // namespace cadenas::pbx
