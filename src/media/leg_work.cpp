#include "media/leg_work.hpp"

#include <algorithm>

namespace cadenas::media {

void LegWork::ask(LegWorker& worker) {
  if (std::ranges::find(asked_, &worker) == asked_.end()) asked_.push_back(&worker);
}

void LegWork::wake_at(LegWorker& worker, std::optional<base::SteadyTime> at) {
  std::erase_if(timers_, [&](const auto& timer) { return timer.second == &worker; });
  if (at) timers_.emplace(*at, &worker);
}

void LegWork::forget(LegWorker& worker) {
  std::erase(asked_, &worker);
  wake_at(worker, std::nullopt);
}

std::optional<base::SteadyTime> LegWork::next() const {
  if (!asked_.empty()) return base::SteadyTime{};
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

void LegWork::step(base::SteadyTime now) {
  if (!timers_.empty() && timers_.begin()->first <= now) {
    LegWorker* const due = timers_.begin()->second;
    timers_.erase(timers_.begin());
    due->expire(now);
  }
  if (asked_.empty()) return;
  LegWorker* const first = asked_.front();
  asked_.pop_front();
  first->work(now);
}

}  // namespace cadenas::media
