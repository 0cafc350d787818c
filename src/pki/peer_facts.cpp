#include "pki/peer_facts.hpp"

#include <openssl/ssl.h>

#include "pki/openssl_handles.hpp"
#include "pki/peer_check.hpp"

namespace cadenas::pki {

PeerFacts read_peer_facts(SSL* ssl) {
  PeerFacts facts;
  facts.version = SSL_get_version(ssl);
  facts.cipher = SSL_get_cipher_name(ssl);
  if (const int group = static_cast<int>(SSL_get_negotiated_group(ssl)); group != NID_undef) {
    if (const char* name = SSL_group_to_name(ssl, group); name != nullptr) facts.group = name;
  }
  facts.resumed = SSL_session_reused(ssl) == 1;
  const X509Handle peer(SSL_get1_peer_certificate(ssl));
  const bool asked = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
  facts.judged = asked;
  if (!peer) {
    if (asked) facts.refusal = PeerRefusal::no_certificate;
    return facts;
  }
  facts.refusal = read_peer_refusal(ssl).reason;
  if (auto certificate = Certificate::from_x509(peer.get())) facts.certificate = std::move(*certificate);
  const long verdict = SSL_get_verify_result(ssl);
  facts.verified = asked && verdict == X509_V_OK;
  if (const PeerCheck* check = peer_check_of(ssl); check != nullptr && facts.verified) {
    facts.chain = check->chain;
    facts.revocation = check->revocation.state;
  }
  if (verdict != X509_V_OK) {
    facts.verify_problem = X509_verify_cert_error_string(verdict);
  } else if (!asked) {
    facts.verify_problem = "not checked";
  }
  return facts;
}

}  // namespace cadenas::pki
