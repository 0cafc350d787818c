#include "media/dtls_work.hpp"

#include <algorithm>

namespace cadenas::media {

void DtlsWork::ask(DtlsWorker& worker) {
  if (std::ranges::find(asked_, &worker) == asked_.end()) asked_.push_back(&worker);
}

void DtlsWork::wake_at(DtlsWorker& worker, std::optional<base::SteadyTime> at) {
  std::erase_if(timers_, [&](const auto& timer) { return timer.second == &worker; });
  if (at) timers_.emplace(*at, &worker);
}

void DtlsWork::forget(DtlsWorker& worker) {
  std::erase(asked_, &worker);
  wake_at(worker, std::nullopt);
}

std::optional<base::SteadyTime> DtlsWork::next() const {
  if (!asked_.empty()) return base::SteadyTime{};
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

void DtlsWork::step(base::SteadyTime now) {
  if (!timers_.empty() && timers_.begin()->first <= now) {
    DtlsWorker* const due = timers_.begin()->second;
    timers_.erase(timers_.begin());
    due->expire(now);
  }
  if (asked_.empty()) return;
  DtlsWorker* const first = asked_.front();
  asked_.pop_front();
  first->work(now);
}

}  // namespace cadenas::media
