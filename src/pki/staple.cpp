#include "pki/staple.hpp"

#include <utility>

#include <openssl/ssl.h>

namespace cadenas::pki {
namespace {

struct Stapling {
  Certificate leaf;
  std::shared_ptr<const LiveStaple> staple;
  const base::Clock* clock;
};

void free_stapling(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*l*/, void* /*p*/) {
  delete static_cast<Stapling*>(value);
}

int stapling_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_stapling);
  return index;
}

/// Called in a handshake whose client asks for a status.
int answer_status(SSL* ssl, void* argument) noexcept {
  const auto& stapling = *static_cast<const Stapling*>(argument);
  const auto staple = stapling.staple->load();
  const base::WallTime now = stapling.clock != nullptr ? stapling.clock->now() : base::SystemClock().now();
  // A client without a staple asks elsewhere; one that is shown a stale staple, or another's, ends the handshake.
  if (!staple || !(staple->leaf == stapling.leaf) || now >= staple->until) return SSL_TLSEXT_ERR_NOACK;
  // The session frees it, so it gets a copy of its own.
  void* copy = OPENSSL_memdup(staple->octets.data(), staple->octets.size());
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<int>(staple->octets.size()));
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

bool staple_answers(SSL_CTX* context, Certificate leaf, std::shared_ptr<const LiveStaple> staple,
                    const base::Clock* clock) {
  auto owned = std::make_unique<Stapling>(Stapling{std::move(leaf), std::move(staple), clock});
  if (SSL_CTX_set_ex_data(context, stapling_index(), owned.get()) != 1) return false;
  SSL_CTX_set_tlsext_status_arg(context, owned.release());
  SSL_CTX_set_tlsext_status_cb(context, answer_status);
  return true;
}

}  // namespace cadenas::pki
