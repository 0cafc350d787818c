#include "pbx/refusal_log.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace cadenas::pbx {

void RefusalLog::note(const sip::Flow& from, const base::Error& why, base::WallTime now) {
  const std::string address = from.remote.address();
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = refusals_.try_emplace({why.code, address, why.field});
  Refusal& refusal = at->second;
  refusal.last = now;
  ++refusal.count;
  refusal.message = why.message;
  if (!fresh) return;
  refusal.code = why.code;
  refusal.transport = from.transport;
  refusal.address = address;
  refusal.subject = why.field;
  refusal.first = now;
  base::log::warning(why.code, {{"peer", address},
                                {"transport", sip::to_string(from.transport)},
                                {"subject", why.field},
                                {"message", why.message}});
  if (refusals_.size() <= largest_) return;
  refusals_.erase(std::min_element(refusals_.begin(), refusals_.end(),
                                   [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
}

std::vector<Refusal> RefusalLog::latest() const {
  std::vector<Refusal> out;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, refusal] : refusals_) out.push_back(refusal);
  }
  std::stable_sort(out.begin(), out.end(), [](const Refusal& a, const Refusal& b) { return a.last > b.last; });
  return out;
}

}  // namespace cadenas::pbx
