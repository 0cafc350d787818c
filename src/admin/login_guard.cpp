#include "admin/login_guard.hpp"

#include <algorithm>

namespace cadenas::admin {

base::Millis LoginGuard::wait(const base::Endpoint& source, const std::string& account) const {
  const auto at = failures_.find(key(source, account));
  const auto now = clock_.steady();
  if (at == failures_.end() || at->second.blocked_until <= now) return base::Millis{0};
  return std::chrono::ceil<base::Millis>(at->second.blocked_until - now);
}

void LoginGuard::failed(const base::Endpoint& source, const std::string& account) {
  const Key who = key(source, account);
  if (!failures_.contains(who) && failures_.size() >= limits_.remembered) {
    failures_.erase(std::min_element(failures_.begin(), failures_.end(),
                                     [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
  Failures& failures = failures_[who];
  ++failures.count;
  failures.last = clock_.steady();
  if (failures.count < limits_.free_failures) return;
  const unsigned doublings = std::min(failures.count - limits_.free_failures, 20U);
  failures.blocked_until = failures.last + std::min(limits_.first_wait * (1 << doublings), limits_.longest_wait);
}

void LoginGuard::succeeded(const base::Endpoint& source, const std::string& account) {
  failures_.erase(key(source, account));
}

}  // namespace cadenas::admin
