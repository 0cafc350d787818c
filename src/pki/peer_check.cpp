#include "pki/peer_check.hpp"

#include <exception>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "pki/distinguished_name.hpp"

namespace cadenas::pki {
namespace {

template <class T>
void free_owned(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*l*/, void* /*p*/) {
  delete static_cast<T*>(value);
}

int check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_owned<PeerCheck>);
  return index;
}

int settings_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_owned<PeerCheckSettings>);
  return index;
}

/// The session's own record, made at its first use; null when out of memory.
PeerCheck* record_of(SSL* ssl) {
  if (auto* kept = static_cast<PeerCheck*>(SSL_get_ex_data(ssl, check_index())); kept != nullptr) return kept;
  auto made = std::make_unique<PeerCheck>();
  return SSL_set_ex_data(ssl, check_index(), made.get()) == 1 ? made.release() : nullptr;
}

base::WallTime time_of(const PeerCheckSettings& settings) {
  return settings.clock != nullptr ? settings.clock->now() : base::SystemClock().now();
}

PeerRefusal reason_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return PeerRefusal::not_in_dates;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    // Signed by another that bears the name of a trusted CA.
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return PeerRefusal::unknown_ca;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return PeerRefusal::wrong_name;
    default:
      return PeerRefusal::other;
  }
}

/// The error OpenSSL turns into the alert that says `reason`; `found` where its own choice stands.
int error_for_alert(PeerRefusal reason, int found) {
  switch (reason) {
    case PeerRefusal::not_in_dates:
      // certificate_expired is for "expired or not currently valid" (RFC 8446 §6.2); OpenSSL has bad_certificate for
      // the latter.
      return X509_V_ERR_CERT_HAS_EXPIRED;
    case PeerRefusal::unknown_ca:
      return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case PeerRefusal::revoked:
      return X509_V_ERR_CERT_REVOKED;
    case PeerRefusal::revocation_unknown:
      return X509_V_ERR_CERT_REJECTED;
    default:
      return found;
  }
}

std::string serial_of(const X509* certificate) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  return SerialNumber::of(serial).to_hex();
}

std::string about(std::string what, const X509* certificate) {
  if (certificate != nullptr) what += ", " + distinguished_name(X509_get_subject_name(certificate));
  return what;
}

X509* in_chain(X509_STORE_CTX* verification, std::size_t position) {
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(verification);
  return chain == nullptr ? nullptr : sk_X509_value(chain, static_cast<int>(position));
}

int refuse(X509_STORE_CTX* verification, RefusedPeer& refused, PeerRefusal reason, std::string problem) {
  refused.reason = reason;
  refused.problem = std::move(problem);
  if (const X509* shown = X509_STORE_CTX_get0_cert(verification); shown != nullptr) {
    refused.subject = distinguished_name(X509_get_subject_name(shown));
    refused.serial = serial_of(shown);
  }
  X509_STORE_CTX_set_error(verification, error_for_alert(reason, X509_STORE_CTX_get_error(verification)));
  return 0;
}

int judge_revocation(X509_STORE_CTX* verification, PeerCheck& check, const PeerCheckSettings& settings,
                     base::WallTime now) {
  check.chain = ChainKeys::of(X509_STORE_CTX_get0_chain(verification));
  const auto index = settings.revocation ? settings.revocation->load() : nullptr;
  if (!index) {
    check.revocation.state = RevocationState::unknown;
    return 1;
  }
  check.revocation = index->judge(check.chain, now);
  if (!check.revocation.refused) return 1;
  const X509* whose = in_chain(verification, check.revocation.position);
  switch (check.revocation.state) {
    case RevocationState::revoked:
      return refuse(verification, check.refused, PeerRefusal::revoked, about("certificate revoked", whose));
    case RevocationState::stale:
      return refuse(verification, check.refused, PeerRefusal::revocation_unknown,
                    about("the revocation list of its issuer is out of date", whose));
    default:
      return refuse(verification, check.refused, PeerRefusal::revocation_unknown,
                    about("no revocation list of its issuer is loaded", whose));
  }
}

/// 1 where the handshake goes on.
int verify_peer(X509_STORE_CTX* verification, void* argument) noexcept {
  const auto& settings = *static_cast<const PeerCheckSettings*>(argument);
  const int refused_as = settings.observe_only ? 1 : 0;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  try {
    PeerCheck* check = ssl == nullptr ? nullptr : record_of(ssl);
    if (check != nullptr) {
      *check = {};
      check->refused.side = settings.side;
      const base::WallTime now = time_of(settings);
      X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(verification),
                                 std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
      if (X509_verify_cert(verification) == 1) {
        return judge_revocation(verification, *check, settings, now) == 1 ? 1 : refused_as;
      }
      const int error = X509_STORE_CTX_get_error(verification);
      (void)refuse(verification, check->refused, reason_of(error),
                   about(X509_verify_cert_error_string(error), X509_STORE_CTX_get_current_cert(verification)));
      return refused_as;
    }
  } catch (const std::exception&) {
    // Nothing may fly through OpenSSL; what could not be judged is refused.
  }
  X509_STORE_CTX_set_error(verification, X509_V_ERR_OUT_OF_MEM);
  return 0;
}

/// Without a certificate there is nothing to verify, so this refusal shows only as the alert sent while the client's
/// Certificate message was read: 116, which is 40 up to TLS 1.2 (RFC 8446 §6.2, RFC 5246 §7.4.6).
void note_missing_certificate(const SSL* ssl, int where, int what) noexcept {
  if (where != SSL_CB_WRITE_ALERT || SSL_get_state(ssl) != TLS_ST_SR_CERT) return;
  const int alert = what & 0xff;
  const bool missing = alert == TLS13_AD_CERTIFICATE_REQUIRED ||
                       (alert == SSL_AD_HANDSHAKE_FAILURE && SSL_version(ssl) < TLS1_3_VERSION);
  if (!missing || SSL_get_ex_data(ssl, check_index()) != nullptr) return;
  try {
    if (PeerCheck* check = record_of(const_cast<SSL*>(ssl)); check != nullptr) {
      check->refused.reason = PeerRefusal::no_certificate;
      check->refused.side = PeerSide::client;
    }
  } catch (const std::exception&) {
    // The refusal stands; only its reason is lost.
  }
}

}  // namespace

bool check_peers(SSL_CTX* context, PeerCheckSettings settings) {
  auto owned = std::make_unique<PeerCheckSettings>(std::move(settings));
  if (SSL_CTX_set_ex_data(context, settings_index(), owned.get()) != 1) return false;
  PeerCheckSettings* kept = owned.release();
  SSL_CTX_set_cert_verify_callback(context, verify_peer, kept);
  if (kept->side == PeerSide::client) SSL_CTX_set_info_callback(context, note_missing_certificate);
  return true;
}

const PeerCheck* peer_check_of(const SSL* ssl) {
  return static_cast<const PeerCheck*>(SSL_get_ex_data(ssl, check_index()));
}

}  // namespace cadenas::pki
