#include "pki/peer_refusal.hpp"

#include <openssl/ssl.h>

#include "pki/peer_check.hpp"

namespace cadenas::pki {
namespace {

struct Row {
  std::string_view client;
  std::string_view server;
  std::string_view sentence;
};

const Row& row(PeerRefusal refusal) {
  static constexpr Row rows[peer_refusals] = {
      {"", "", ""},
      {"tls.client-no-certificate", "tls.server-no-certificate", "showed no certificate"},
      {"tls.client-certificate-dates", "tls.server-certificate-dates", "showed a certificate out of its dates"},
      {"tls.client-unknown-ca", "tls.server-unknown-ca", "showed a certificate that no trusted CA has signed"},
      {"tls.client-revoked", "tls.server-revoked", "showed a revoked certificate"},
      {"tls.client-revocation-unknown", "tls.server-revocation-unknown",
       "showed a certificate of which no current list says whether it is revoked"},
      {"tls.client-wrong-name", "tls.server-wrong-name", "showed a certificate for another name"},
      {"tls.client-certificate-refused", "tls.server-certificate-refused", "showed a certificate that cannot be used"},
  };
  return rows[static_cast<std::size_t>(refusal)];
}

}  // namespace

std::string_view refusal_code(PeerRefusal refusal, PeerSide side) {
  return side == PeerSide::client ? row(refusal).client : row(refusal).server;
}

base::Error RefusedPeer::error() const {
  std::string message = side == PeerSide::client ? "The client " : "The server ";
  message += row(reason).sentence;
  if (!problem.empty()) message += ": " + problem;
  return {std::string(refusal_code(reason, side)), message + ".", subject};
}

RefusedPeer read_peer_refusal(const SSL* ssl) {
  const PeerCheck* check = peer_check_of(ssl);
  return check == nullptr ? RefusedPeer{} : check->refused;
}

}  // namespace cadenas::pki
