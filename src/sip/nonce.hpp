#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"

struct evp_mac_ctx_st;  // OpenSSL's EVP_MAC_CTX

namespace cadenas::sip {

enum class NonceState : std::uint8_t {
  fresh,         ///< ours, in time, this nonce count not used yet
  stale,         ///< ours, but too old, or from before what is still remembered: challenge again with stale=true
  replayed,      ///< ours, but the nonce count was used with another response
  unknown,       ///< not made by this book
  same_request,  ///< the very same count and response as accepted last: a retransmission
};

/// Issues and judges digest nonces. Belongs to one loop; not thread-safe.
///
/// A nonce carries its time and a MAC by the book's key, so that issuing costs no memory; only nonces that came back
/// with right credentials are remembered for their counts (RFC 7616 §3.4.5), and at most `remembered` of them: when
/// more come the oldest are forgotten, and whatever was issued before those counts as stale. Books that share a key
/// recognise each other's nonces, but not their counts.
class NonceBook {
 public:
  struct Settings {
    base::Millis lifetime{300'000};
    std::size_t remembered = 100'000;
  };

  /// `key`: 16 octets or more, never leaves the book. `clock` must outlive it. A library without HMAC-SHA-256 makes a
  /// book that recognises no nonce.
  NonceBook(const base::Clock& clock, base::SecretBytes key, Settings settings);
  NonceBook(const base::Clock& clock, base::SecretBytes key) : NonceBook(clock, std::move(key), Settings{}) {}

  std::string issue();
  /// Judges without remembering; `response` is that of the credentials. Credentials without qop have count 0: their
  /// nonce is good for one response.
  NonceState check(std::string_view nonce, std::uint32_t nonce_count, std::string_view response) const;
  /// To be called once the credentials proved right: judges, and remembers the count if it is fresh.
  NonceState accept(std::string_view nonce, std::uint32_t nonce_count, std::string_view response);
  std::size_t remembered() const { return used_.size(); }

 private:
  struct Use {
    std::uint32_t highest = 0;
    std::uint64_t seen = 0;  // bit i: the count highest - i was used
    std::string response;    // that of the highest count
  };
  /// Hex; empty where it cannot be had.
  std::string mac_of(std::string_view head) const;
  std::optional<std::int64_t> issued_at(std::string_view nonce) const;
  void forget(std::int64_t now);

  const base::Clock& clock_;
  std::unique_ptr<evp_mac_ctx_st, void (*)(evp_mac_ctx_st*)> mac_;  // holds the key; OpenSSL wipes it
  Settings settings_;
  std::map<std::string, Use, std::less<>> used_;  // a nonce begins with its time: the oldest is the first
  std::int64_t forgotten_until_ = -1;             // issue time of the youngest that was forgotten before its time
};

}  // namespace cadenas::sip
