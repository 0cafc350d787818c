#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/branch_rules.hpp"
#include "pki/distinguished_name.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

struct ContextFree {
  void operator()(X509_STORE_CTX* value) const noexcept { X509_STORE_CTX_free(value); }
};

struct Refusal {
  int error;
  std::string subject;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

using Refusals = std::vector<Refusal>;

/// Goes on after each error, so that all of them are known.
int collect(int accepted, X509_STORE_CTX* context) {
  if (accepted == 1) return 1;
  auto& refusals = *static_cast<Refusals*>(X509_STORE_CTX_get_app_data(context));
  const int error = X509_STORE_CTX_get_error(context);
  const X509* at = X509_STORE_CTX_get_current_cert(context);
  Refusal refusal{error, at != nullptr ? distinguished_name(X509_get_subject_name(at)) : std::string()};
  if (std::find(refusals.begin(), refusals.end(), refusal) == refusals.end()) refusals.push_back(std::move(refusal));
  return 1;
}

/// What the rules call an error of OpenSSL, at the same certificate.
struct Known {
  int error;
  std::array<std::string_view, 3> codes;
};

constexpr std::array known_errors{
    Known{X509_V_ERR_CERT_NOT_YET_VALID, {"cert.not-yet-valid", "cert.issuer-not-yet-valid"}},
    Known{X509_V_ERR_CERT_HAS_EXPIRED, {"cert.expired", "cert.issuer-expired"}},
    Known{X509_V_ERR_CERT_SIGNATURE_FAILURE, {"cert.bad-signature"}},
    Known{X509_V_ERR_INVALID_CA, {"cert.issuer-not-ca", "cert.issuer-cannot-sign"}},
    Known{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, {"cert.issuer-cannot-sign"}},
    Known{X509_V_ERR_PATH_LENGTH_EXCEEDED, {"cert.path-too-long"}},
    Known{X509_V_ERR_INVALID_PURPOSE, {"cert.no-server-auth", "cert.issuer-not-ca", "cert.issuer-cannot-sign"}},
    Known{X509_V_ERR_EE_KEY_TOO_SMALL, {"cert.weak-key"}},
    Known{X509_V_ERR_CA_KEY_TOO_SMALL, {"cert.issuer-weak-key"}},
    Known{X509_V_ERR_CA_MD_TOO_WEAK, {"cert.weak-hash", "cert.issuer-weak-hash"}},
};

bool is_said(const Refusal& refusal, const FindingList& findings) {
  return std::any_of(known_errors.begin(), known_errors.end(), [&](const Known& known) {
    return known.error == refusal.error &&
           std::any_of(known.codes.begin(), known.codes.end(), [&](std::string_view code) {
             return !code.empty() && findings.has_error(code, refusal.subject);
           });
  });
}

/// False when OpenSSL could not come to a verdict at all.
bool verify(const Chain& chain, const SystemFacts& system, base::WallTime now, Refusals& refusals) {
  const Certificate& anchor = chain.root                     ? *chain.root
                              : !chain.intermediates.empty() ? chain.intermediates.back()
                                                             : chain.leaf;
  const X509StoreHandle store(X509_STORE_new());
  const X509StackHandle untrusted(sk_X509_new_null());
  const std::unique_ptr<X509_STORE_CTX, ContextFree> context(X509_STORE_CTX_new());
  if (!store || !untrusted || !context || X509_STORE_add_cert(store.get(), anchor.handle()) != 1) return false;
  for (const Certificate& intermediate : chain.intermediates) {
    if (X509_add_cert(untrusted.get(), intermediate.handle(), X509_ADD_FLAG_UP_REF) != 1) return false;
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.leaf.handle(), untrusted.get()) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) != 1) {
    return false;
  }
  X509_VERIFY_PARAM* settings = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(settings, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  // As TLS asks (tls_settings); old hashes pass at level 0 only.
  X509_VERIFY_PARAM_set_auth_level(settings, system.accept_old_hashes ? 0 : 2);
  if (!chain.root) X509_VERIFY_PARAM_set_flags(settings, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set_app_data(context.get(), &refusals);
  X509_STORE_CTX_set_verify_cb(context.get(), collect);
  return X509_verify_cert(context.get()) == 1 || !refusals.empty();
}

}  // namespace

void check_by_openssl(const Chain& chain, const SystemFacts& system, base::WallTime now, FindingList& findings) {
  Refusals refusals;
  const bool verified = verify(chain, system, now, refusals);
  ERR_clear_error();
  if (!verified) {
    findings.error("cert.chain-rejected", "OpenSSL cannot verify the certificate chain.", chain.leaf.facts().subject);
  }
  for (const Refusal& refusal : refusals) {
    if (is_said(refusal, findings)) continue;
    findings.error("cert.chain-rejected",
                   "OpenSSL refuses the certificate chain at " + refusal.subject + ": " +
                       X509_verify_cert_error_string(refusal.error) + ".",
                   refusal.subject);
  }
}

}  // namespace cadenas::pki
