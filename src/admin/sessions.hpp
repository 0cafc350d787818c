#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Who asks: the account a token was given to.
struct Caller {
  std::string account;
  store::AdminRole role = store::AdminRole::reader;
};

struct SessionLimits {
  base::Millis lifetime = std::chrono::hours{12};
  base::Millis idle = std::chrono::hours{1};
  std::size_t sessions = 1024;  ///< with one more, the one that ends first goes
};

struct OpenedSession {
  std::string token;  ///< 64 hex digits, shown once; only its SHA-256 is kept
  base::WallTime expires{};
};

/// Bearer tokens of the admin API. Lost when the program ends. Belongs to the API thread.
class Sessions {
 public:
  /// `clock` must outlive it.
  explicit Sessions(const base::Clock& clock, SessionLimits limits = {}) : clock_(clock), limits_(limits) {}

  OpenedSession open(const store::AdminAccount& account);
  /// Whose token it is; counts as use. Nothing once it has expired, or when the account was removed, or was given
  /// another role or password since.
  std::optional<Caller> find(std::string_view token, const store::Snapshot& snapshot);
  /// True if there was such a session.
  bool close(std::string_view token);
  std::size_t size() const { return sessions_.size(); }

 private:
  struct Session {
    std::string account;
    store::AdminRole role{};
    std::string password;  // the encoded hash: a change of password ends the session
    base::SteadyTime ends;
    base::SteadyTime idle_ends;
  };
  void drop_expired();

  const base::Clock& clock_;
  SessionLimits limits_;
  std::map<std::string, Session, std::less<>> sessions_;  // by SHA-256 of the token, hex
};

}  // namespace cadenas::admin
