#include "sip/nonce.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "sip/grammar.hpp"

namespace cadenas::sip {

namespace {

constexpr std::size_t time_digits = 12;    // milliseconds since 1970, hex
constexpr std::size_t random_octets = 12;  // two nonces of one millisecond differ
constexpr std::size_t head_digits = time_digits + 2 * random_octets;
constexpr std::size_t mac_octets = 16;

// Made once a book: to look HMAC up and schedule its key costs several times a MAC.
EVP_MAC_CTX* keyed_mac(base::ByteView key) {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* const mac = EVP_MAC_CTX_new(hmac);
  EVP_MAC_free(hmac);  // the context has its own share
  char hash[] = "SHA256";
  const std::array<OSSL_PARAM, 2> settings{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                           OSSL_PARAM_construct_end()};
  if (mac != nullptr && EVP_MAC_init(mac, key.data(), key.size(), settings.data()) == 1) return mac;
  EVP_MAC_CTX_free(mac);
  return nullptr;
}

}  // namespace

NonceBook::NonceBook(const base::Clock& clock, base::SecretBytes key, Settings settings)
    : clock_(clock), mac_(keyed_mac(key.view()), EVP_MAC_CTX_free), settings_(settings) {}

std::string NonceBook::mac_of(std::string_view head) const {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  const auto octets = base::as_bytes(head);
  // Without a key the context begins anew with the one it has.
  if (mac_ == nullptr || EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(mac_.get(), octets.data(), octets.size()) != 1 ||
      EVP_MAC_final(mac_.get(), mac.data(), &size, mac.size()) != 1)
    return {};
  return base::to_hex({mac.data(), mac_octets});
}

std::string NonceBook::issue() {
  std::array<char, time_digits + 1> time{};
  const auto now = static_cast<unsigned long long>(clock_.now().time_since_epoch().count()) & 0xFFFFFFFFFFFFULL;
  std::snprintf(time.data(), time.size(), "%012llx", now);
  std::string nonce = time.data() + base::random_hex(random_octets);
  return nonce += mac_of(nonce);
}

std::optional<std::int64_t> NonceBook::issued_at(std::string_view nonce) const {
  if (nonce.size() != head_digits + 2 * mac_octets) return std::nullopt;
  const auto head = nonce.substr(0, head_digits);
  // Never equal to a MAC that could not be had: that one is shorter.
  if (!base::equal_constant_time(base::as_bytes(mac_of(head)), base::as_bytes(nonce.substr(head_digits))))
    return std::nullopt;
  std::int64_t time = 0;
  for (const char c : head.substr(0, time_digits)) time = time * 16 + grammar::hex_digit(c);
  return time;
}

NonceState NonceBook::check(std::string_view nonce, std::uint32_t nonce_count, std::string_view response) const {
  const auto issued = issued_at(nonce);
  if (!issued) return NonceState::unknown;
  const std::int64_t now = clock_.now().time_since_epoch().count();
  if (now - *issued > settings_.lifetime.count()) return NonceState::stale;
  const auto found = used_.find(nonce);
  if (found == used_.end()) return *issued <= forgotten_until_ ? NonceState::stale : NonceState::fresh;
  const Use& use = found->second;
  if (nonce_count == use.highest && response == use.response) return NonceState::same_request;
  if (nonce_count > use.highest && use.highest != 0) return NonceState::fresh;
  // Requests sent at once may arrive out of order: a count is good once, within the window.
  const std::uint32_t behind = use.highest - nonce_count;
  const bool in_window = nonce_count != 0 && nonce_count < use.highest && behind < 64;
  return in_window && (use.seen >> behind & 1U) == 0 ? NonceState::fresh : NonceState::replayed;
}

NonceState NonceBook::accept(std::string_view nonce, std::uint32_t nonce_count, std::string_view response) {
  const NonceState state = check(nonce, nonce_count, response);
  if (state != NonceState::fresh) return state;
  auto found = used_.find(nonce);
  if (found == used_.end()) {
    forget(clock_.now().time_since_epoch().count());
    used_.emplace(std::string(nonce), Use{nonce_count, 1, std::string(response)});
    return state;
  }
  Use& use = found->second;
  if (nonce_count > use.highest) {
    const std::uint32_t ahead = nonce_count - use.highest;
    use.seen = ahead < 64 ? use.seen << ahead | 1U : 1U;
    use.highest = nonce_count;
    use.response = response;
  } else {
    use.seen |= std::uint64_t{1} << (use.highest - nonce_count);
  }
  return state;
}

void NonceBook::forget(std::int64_t now) {
  const auto issued = [](const std::string& nonce) {
    std::int64_t time = 0;
    for (const char c : nonce.substr(0, time_digits)) time = time * 16 + grammar::hex_digit(c);
    return time;
  };
  while (!used_.empty()) {
    const std::int64_t oldest = issued(used_.begin()->first);
    const bool expired = now - oldest > settings_.lifetime.count();
    if (!expired && used_.size() < settings_.remembered) return;
    if (!expired) forgotten_until_ = oldest;
    used_.erase(used_.begin());
  }
}

}  // namespace cadenas::sip
