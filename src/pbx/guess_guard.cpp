#include "pbx/guess_guard.hpp"

#include <algorithm>
#include <cmath>

namespace cadenas::pbx {

namespace {

// Whoever holds one IPv6 address of a subnet holds the subnet (RFC 4291 §2.5.4).
std::string source_key(const base::Endpoint& remote) {
  if (!remote.is_v6()) return remote.address();
  sockaddr_in6 address;
  std::copy_n(reinterpret_cast<const char*>(remote.data()), sizeof address, reinterpret_cast<char*>(&address));
  return {reinterpret_cast<const char*>(&address.sin6_addr), 8};
}

std::string user_key(const base::Endpoint& remote, std::string_view user) {
  constexpr std::size_t longest = 64;  // what claims to be a user is the attacker's to choose
  return source_key(remote).append(1, '\0').append(user.substr(0, longest));
}

// A connection by its number, which no other will have; UDP by its 4-tuple.
std::string flow_key(const sip::Flow& flow) {
  if (flow.connection != 0) return std::to_string(flow.connection);
  return flow.remote.to_string().append(1, '\0').append(flow.local.to_string());
}

}  // namespace

GuessGuard::GuessGuard(const base::Clock& clock) : GuessGuard(clock, Settings{}) {}

GuessGuard::GuessGuard(const base::Clock& clock, Settings settings)
    : clock_(clock),
      settings_(settings),
      sources_(settings.entries),
      users_(settings.entries),
      proven_(settings.entries) {}

base::Millis GuessGuard::wait(const sip::Flow& flow, std::string_view user) {
  const auto of_user = remaining(users_.find(user_key(flow.remote, user)));
  if (of_user > base::Millis{0}) return of_user;
  const auto of_source = remaining(sources_.find(source_key(flow.remote)));
  if (of_source > base::Millis{0} && proven_.find(flow_key(flow)) != nullptr) return base::Millis{0};
  return of_source;
}

void GuessGuard::failed(const sip::Flow& flow, std::string_view user) {
  proven_.erase(flow_key(flow));  // who guesses by a flow loses its standing
  count(sources_.at(source_key(flow.remote)), settings_.free_per_source);
  count(users_.at(user_key(flow.remote, user)), settings_.free_per_user);
}

void GuessGuard::succeeded(const sip::Flow& flow, std::string_view user) {
  users_.erase(user_key(flow.remote, user));
  proven_.at(flow_key(flow));
}

void GuessGuard::forget(const sip::Flow& flow) {
  proven_.erase(flow_key(flow));
}

void GuessGuard::count(Tally& tally, unsigned free) {
  const auto now = clock_.steady();
  if (tally.failures > 0) {
    const std::chrono::duration<double> since = now - tally.counted;
    const std::chrono::duration<double> half_life = settings_.half_life;
    tally.failures *= std::exp2(-since.count() / half_life.count());
  }
  tally.failures += 1;
  tally.counted = now;
  const double beyond = tally.failures - free;
  if (beyond <= 0) return;
  const double longest = static_cast<double>(settings_.longest_backoff.count());
  const double ms = std::min(longest, static_cast<double>(settings_.first_backoff.count()) * std::exp2(beyond - 1));
  tally.until = now + base::Millis{static_cast<std::int64_t>(ms)};
}

base::Millis GuessGuard::remaining(const Tally* tally) const {
  const auto now = clock_.steady();
  if (tally == nullptr || tally->until <= now) return base::Millis{0};
  return std::chrono::ceil<base::Millis>(tally->until - now);
}

GuessGuard::Tally* GuessGuard::Table::find(const std::string& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, at->second);
  return &at->second->second;
}

GuessGuard::Tally& GuessGuard::Table::at(const std::string& key) {
  if (Tally* known = find(key)) return *known;
  if (entries_.size() >= limit_) {
    entries_.erase(order_.back().first);
    order_.pop_back();
  }
  order_.emplace_front(key, Tally{});
  entries_.emplace(order_.front().first, order_.begin());
  return order_.front().second;
}

void GuessGuard::Table::erase(const std::string& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  const auto entry = at->second;
  entries_.erase(at);
  order_.erase(entry);
}

}  // namespace cadenas::pbx
