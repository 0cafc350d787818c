#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pbx/certificate_in_service.hpp"
#include "pbx/imported_certificate.hpp"
#include "pki/identity_store.hpp"
#include "pki/self_signed.hpp"
#include "pki/tls_context.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// The names a system's certificate must say (CERT-3): CN the first telephony address, SAN all addresses and names.
/// `listening` stands in where no telephony address is set.
pki::SelfSignedNames certificate_names(const store::SystemSettings& settings,
                                       const std::vector<std::string>& listening);

/// The facts an import is held against (CERT-4): those of the names above, whether phones use them, whether a 5300
/// phone is declared, whether *chiffrement inter-iPBX* is on (then there is a multisite), and the licence.
pki::SystemFacts facts_for_import(const store::Snapshot& model, const std::vector<std::string>& listening);

/// What handshakes ask of clients.
struct ClientDemands {
  pki::ClientCertificates certificates = pki::ClientCertificates::not_asked;
  std::vector<pki::Certificate> trust_anchors;
  std::shared_ptr<const pki::LiveRevocation> revocation;
  const base::Clock* clock = nullptr;  ///< as in pki::TlsServerOptions

  friend bool operator==(const ClientDemands&, const ClientDemands&) = default;
};

/// The life of the iPBX's own certificate: made, put into service, renewed, made anew, without touching a connection
/// (CERT-1, MODE-7). Blocking file and key work: on the office thread only, but for `findings`.
class CertificateKeeper {
 public:
  /// Handshakes staple what `staple` holds; `in_service` must outlive this.
  CertificateKeeper(pki::IdentityStore identities, pki::SelfSignedOptions options, pki::TlsCompatibility compatibility,
                    std::shared_ptr<const pki::LiveStaple> staple, CertificateInService& in_service);

  /// Puts the stored identity into service, made or renewed where that is due, and returns the TLS context that shows
  /// it and asks clients as `demands` says; call it again daily and after names or demands changed. Errors as
  /// IdentityStore::open and TlsServerContext::make.
  base::Result<std::shared_ptr<pki::TlsServerContext>> put_into_service(const pki::SelfSignedNames& names,
                                                                        ClientDemands demands);
  /// A new certificate and key, in service at once if one is in service. Errors: those of IdentityStore::regenerate and
  /// TlsServerContext::refresh.
  base::Result<pki::Certificate> regenerate(const pki::SelfSignedNames& names);
  /// Imports a trusted certificate (CERT-2) and puts it into service at once if one is in service. With an error among
  /// the findings of the outcome nothing has changed; besides those of `import_certificate` these are
  /// "tls.context-failed" (TLS at this compatibility cannot serve it) and "file.write-failed".
  ImportedCertificate import(base::ByteView file, const base::SecretBytes& password, const pki::SystemFacts& system,
                             base::WallTime now);
  /// NO TLS: no certificate is in service; the files stay (MODE-1).
  void retire();

  /// The identity in service, swapped in place; null where none was yet. For a TLS client that shows it, too.
  std::shared_ptr<const pki::LiveIdentity> live() const { return live_; }

  /// What the last look at the certificate found; any thread.
  std::vector<base::Error> findings() const;

 private:
  base::Result<void> serve(const pki::StoredIdentity& stored, ClientDemands demands);
  pki::TlsServerOptions options_for(const ClientDemands& demands) const;

  pki::IdentityStore identities_;
  pki::SelfSignedOptions options_;
  pki::TlsCompatibility compatibility_;
  std::shared_ptr<const pki::LiveStaple> staple_;
  CertificateInService& in_service_;
  ClientDemands demands_;
  std::shared_ptr<pki::LiveIdentity> live_;
  std::shared_ptr<pki::TlsServerContext> context_;
  mutable std::mutex noting_;
  std::vector<base::Error> findings_;  // under noting_
};

}  // namespace cadenas::pbx
