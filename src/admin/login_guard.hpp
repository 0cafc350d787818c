#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/endpoint.hpp"

namespace cadenas::admin {

struct LoginLimits {
  unsigned free_failures = 5;                         ///< wrong passwords in a row that cost nothing
  base::Millis first_wait = std::chrono::seconds{2};  ///< doubles with each further failure
  base::Millis longest_wait = std::chrono::minutes{5};
  std::size_t remembered = 4096;  ///< pairs of address and account; with one more, the stalest is forgotten
};

/// Slows down guessing of administrators' passwords, for each pair of source address and account name: another source
/// cannot lock an administrator out. Belongs to the API thread.
class LoginGuard {
 public:
  explicit LoginGuard(const base::Clock& clock, LoginLimits limits = {}) : clock_(clock), limits_(limits) {}

  /// How long this pair has to wait before its password is looked at; 0: go on.
  base::Millis wait(const base::Endpoint& source, const std::string& account) const;
  void failed(const base::Endpoint& source, const std::string& account);
  void succeeded(const base::Endpoint& source, const std::string& account);

 private:
  using Key = std::pair<std::string, std::string>;
  struct Failures {
    unsigned count = 0;
    base::SteadyTime last{};
    base::SteadyTime blocked_until{};
  };
  static Key key(const base::Endpoint& source, const std::string& account) { return {source.address(), account}; }

  const base::Clock& clock_;
  LoginLimits limits_;
  std::map<Key, Failures> failures_;
};

}  // namespace cadenas::admin
