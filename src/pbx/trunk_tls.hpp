#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/published.hpp"
#include "pki/tls_context.hpp"

namespace cadenas::pbx {

/// TLS as a client, towards trunks (CERT-7): the server's certificate is verified under the CAs that phones are trusted
/// under, since all systems and phones share one CA (CERT-9), and looked up in their revocation lists; ours is the SIP
/// service's own, shown to a server that asks (CERT-3).
class TrunkTls {
 public:
  TrunkTls();

  /// What connections made from now on are held against. Not on a signalling thread. `identity` as in
  /// TlsClientContext::make.
  void serve(std::vector<pki::Certificate> trust_anchors, std::shared_ptr<const pki::LiveRevocation> revocation,
             const base::Clock& clock, pki::TlsCompatibility compatibility,
             std::shared_ptr<const pki::LiveIdentity> identity);
  /// NO TLS: none are made (MODE-1).
  void retire();

  /// Any thread. Errors: "mode.no-tls", and those of TlsClientContext::make, "tls.no-trust-anchor" first of all.
  base::Result<std::shared_ptr<const pki::TlsClientContext>> context(bool verify_server) const;

 private:
  using Made = base::Result<std::shared_ptr<const pki::TlsClientContext>>;
  struct Contexts {
    Made verifying;
    Made trusting;  // without verification, where a trunk is declared so
  };
  base::Published<Contexts> contexts_;
};

}  // namespace cadenas::pbx
