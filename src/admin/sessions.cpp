#include "admin/sessions.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace cadenas::admin {

namespace {

constexpr std::size_t token_octets = 32;

std::string fingerprint(std::string_view token) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL offers no SHA-256");
  }
  return base::to_hex({digest.data(), size});
}

}  // namespace

OpenedSession Sessions::open(const store::AdminAccount& account) {
  drop_expired();
  if (sessions_.size() >= limits_.sessions) {
    sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(),
                                     [](const auto& a, const auto& b) { return a.second.ends < b.second.ends; }));
  }
  const auto now = clock_.steady();
  OpenedSession opened{base::random_hex(token_octets), clock_.now() + limits_.lifetime};
  sessions_[fingerprint(opened.token)] = {account.name, account.role, account.password.reveal_encoded(),
                                          now + limits_.lifetime, now + limits_.idle};
  return opened;
}

std::optional<Caller> Sessions::find(std::string_view token, const store::Snapshot& snapshot) {
  const auto at = sessions_.find(fingerprint(token));
  if (at == sessions_.end()) return std::nullopt;
  Session& session = at->second;
  const auto now = clock_.steady();
  const auto account = snapshot.accounts.find(session.account);
  const bool changed = account == snapshot.accounts.end() || account->second.role != session.role ||
                       account->second.password.reveal_encoded() != session.password;
  if (changed || now >= session.ends || now >= session.idle_ends) {
    sessions_.erase(at);
    return std::nullopt;
  }
  session.idle_ends = now + limits_.idle;
  return Caller{session.account, session.role};
}

bool Sessions::close(std::string_view token) {
  const auto at = sessions_.find(fingerprint(token));
  if (at == sessions_.end()) return false;
  sessions_.erase(at);
  return true;
}

void Sessions::drop_expired() {
  const auto now = clock_.steady();
  std::erase_if(sessions_, [now](const auto& s) { return now >= s.second.ends || now >= s.second.idle_ends; });
}

}  // namespace cadenas::admin
