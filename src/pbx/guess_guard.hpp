#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/keyed_hash.hpp"
#include "sip/flow.hpp"

namespace cadenas::pbx {

/// Slows down password guessing: wrong credentials are counted for each source address, and for each source address and
/// claimed user together; beyond a few, credentials from there are not looked at for a time that doubles with each
/// further failure. Belongs to one loop.
///
/// A source is an IPv4 address or an IPv6 /64. A flow on which right credentials were given stands outside its source's
/// back-off, so that whoever guesses behind the same NAT does not lock the site out; right credentials clear what is
/// counted against their own user. They do not clear the source's count: one account held would else buy unlimited
/// guesses at all others. Counts halve with time. Nothing here depends on whether a user exists.
class GuessGuard {
 public:
  struct Settings {
    unsigned free_per_user = 5;     ///< failures of one source for one user before the first back-off
    unsigned free_per_source = 30;  ///< failures of one source, all users together
    base::Millis first_backoff{1'000};
    base::Millis longest_backoff{300'000};
    base::Millis half_life{600'000};  ///< a count halves after so long without a failure
    std::size_t entries = 50'000;     ///< of each of the three tables; the longest untouched goes first
  };

  explicit GuessGuard(const base::Clock& clock);
  GuessGuard(const base::Clock& clock, Settings settings);

  /// How long credentials of `user` that come by `flow` are not looked at; zero when they may be.
  base::Millis wait(const sip::Flow& flow, std::string_view user);
  /// The credentials were wrong.
  void failed(const sip::Flow& flow, std::string_view user);
  /// The credentials were right.
  void succeeded(const sip::Flow& flow, std::string_view user);
  /// The connection is gone.
  void forget(const sip::Flow& flow);

  std::size_t entries() const { return sources_.size() + users_.size() + proven_.size(); }

 private:
  struct Tally {
    double failures = 0;
    base::SteadyTime counted{};
    base::SteadyTime until{};
  };
  /// A map that forgets the entry longest untouched when it is full.
  class Table {
   public:
    explicit Table(std::size_t limit) : limit_(limit) {}
    Tally* find(const std::string& key);
    Tally& at(const std::string& key);
    void erase(const std::string& key);
    std::size_t size() const { return entries_.size(); }

   private:
    using Order = std::list<std::pair<std::string, Tally>>;
    std::size_t limit_;
    Order order_;  // latest first
    std::unordered_map<std::string_view, Order::iterator, base::KeyedHash> entries_;
  };

  void count(Tally& tally, unsigned free);
  base::Millis remaining(const Tally* tally) const;

  const base::Clock& clock_;
  Settings settings_;
  Table sources_;
  Table users_;
  Table proven_;
};

}  // namespace cadenas::pbx
