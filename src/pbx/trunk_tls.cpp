#include "pbx/trunk_tls.hpp"

#include <utility>

namespace cadenas::pbx {

namespace {

base::Result<std::shared_ptr<const pki::TlsClientContext>> make(pki::TlsClientOptions options,
                                                                std::shared_ptr<const pki::LiveIdentity> identity) {
  auto made = pki::TlsClientContext::make(std::move(options), std::move(identity));
  if (!made) return tl::unexpected(made.error());
  return std::shared_ptr<const pki::TlsClientContext>(*std::move(made));
}

}  // namespace

TrunkTls::TrunkTls() {
  retire();
}

void TrunkTls::serve(std::vector<pki::Certificate> trust_anchors, std::shared_ptr<const pki::LiveRevocation> revocation,
                     const base::Clock& clock, pki::TlsCompatibility compatibility,
                     std::shared_ptr<const pki::LiveIdentity> identity) {
  pki::TlsClientOptions verifying;
  verifying.compatibility = compatibility;
  verifying.trust_anchors = std::move(trust_anchors);
  verifying.revocation = std::move(revocation);
  verifying.clock = &clock;
  pki::TlsClientOptions trusting;
  trusting.compatibility = compatibility;
  trusting.verify_server = false;
  contexts_.store(std::make_shared<const Contexts>(
      Contexts{make(std::move(verifying), identity), make(std::move(trusting), identity)}));
}

void TrunkTls::retire() {
  const Made none = base::fail("mode.no-tls", "The transport mode is NO TLS: no TLS connection is made.", "mode");
  contexts_.store(std::make_shared<const Contexts>(Contexts{none, none}));
}

base::Result<std::shared_ptr<const pki::TlsClientContext>> TrunkTls::context(bool verify_server) const {
  const auto contexts = contexts_.load();
  return verify_server ? contexts->verifying : contexts->trusting;
}

}  // namespace cadenas::pbx
