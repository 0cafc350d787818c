#include "pki/tls_context.hpp"

#include <optional>

#include <openssl/ssl.h>

#include "pki/openssl_error.hpp"
#include "pki/peer_check.hpp"
#include "pki/tls_settings.hpp"

namespace cadenas::pki {

/// What a listener serves with: never changed once published.
struct TlsServerState {
  std::shared_ptr<SSL_CTX> context;
  std::uint64_t generation = 0;        ///< of the live identity this was made for
  std::optional<base::Error> problem;  ///< why that identity is not the one in `context`
};

namespace {

// SSL_accept refuses to resume without one when clients are verified.
constexpr unsigned char session_context[] = "cadenas";

bool ask_for_certificate(SSL_CTX* context, const TlsServerOptions& options) {
  const bool observed = options.client_certificates == ClientCertificates::observed;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (observed ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT), nullptr);
  // Some phones send nothing when the list does not name their CA.
  for (const Certificate& anchor : options.trust_anchors) {
    if (SSL_CTX_add_client_CA(context, anchor.handle()) != 1) return false;
  }
  return trust(context, options.trust_anchors) &&
         check_peers(context, {PeerSide::client, options.revocation, options.clock, observed});
}

bool set_tickets(SSL_CTX* context, unsigned tickets) {
  if (tickets == 0) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  return SSL_CTX_set_num_tickets(context, tickets) == 1 &&
         SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1) == 1;
}

base::Result<std::shared_ptr<SSL_CTX>> build(const Identity& identity, const TlsServerOptions& options) {
  const bool asked = options.client_certificates != ClientCertificates::not_asked;
  if (asked && options.trust_anchors.empty()) {
    return base::fail("tls.no-trust-anchor",
                      "Phones must show a certificate, but no CA to check it against is loaded.");
  }
  SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  if (!context || !apply_settings(context.get(), options.compatibility) || !use_identity(context.get(), identity) ||
      !set_tickets(context.get(), asked ? 0 : options.tickets) ||
      (asked && !ask_for_certificate(context.get(), options)) ||
      (options.staple && !staple_answers(context.get(), identity.leaf(), options.staple, options.clock))) {
    return openssl_failure("tls.context-failed",
                           "TLS cannot be served with the certificate " + identity.leaf().facts().subject);
  }
  return std::shared_ptr<SSL_CTX>(std::move(context));
}

base::Result<std::shared_ptr<const TlsServerState>> build_state(const LiveIdentity& identity,
                                                                const TlsServerOptions& options) {
  // The generation first: the identity read after it is that one or newer, so nothing stale is taken for new.
  const std::uint64_t generation = identity.generation();
  auto context = build(*identity.current(), options);
  if (!context) return tl::unexpected(context.error());
  return std::make_shared<const TlsServerState>(TlsServerState{std::move(*context), generation, std::nullopt});
}

}  // namespace

TlsServerContext::TlsServerContext(std::shared_ptr<const LiveIdentity> identity, TlsServerOptions options,
                                   std::shared_ptr<const TlsServerState> first)
    : identity_(std::move(identity)), options_(std::move(options)), state_(std::move(first)) {}

TlsServerContext::~TlsServerContext() = default;

base::Result<std::unique_ptr<TlsServerContext>> TlsServerContext::make(std::shared_ptr<const LiveIdentity> identity,
                                                                       TlsServerOptions options) {
  auto first = build_state(*identity, options);
  if (!first) return tl::unexpected(first.error());
  return std::unique_ptr<TlsServerContext>(
      new TlsServerContext(std::move(identity), std::move(options), std::move(*first)));
}

base::Result<SslHandle> TlsServerContext::new_session() {
  auto state = state_.load();
  if (state->generation != identity_->generation()) {
    // A failure is kept in the state for `refresh` to tell; the context before it goes on serving.
    static_cast<void>(refresh());
    state = state_.load();
  }
  SslHandle session(SSL_new(state->context.get()));
  if (!session) return openssl_failure("tls.session-failed", "A TLS session could not be made");
  SSL_set_accept_state(session.get());
  return session;
}

base::Result<void> TlsServerContext::refresh() {
  const std::lock_guard lock(rebuilding_);
  const auto state = state_.load();
  const std::uint64_t generation = identity_->generation();
  if (state->generation == generation) {
    if (state->problem) return tl::unexpected(*state->problem);
    return {};
  }
  auto next = build_state(*identity_, options_);
  if (next) {
    state_.store(std::move(*next));
    return {};
  }
  // Marked as tried, so that each handshake to come does not try again.
  state_.store(std::make_shared<const TlsServerState>(TlsServerState{state->context, generation, next.error()}));
  return tl::unexpected(next.error());
}

base::Result<void> TlsServerContext::reconfigure(TlsServerOptions options) {
  const std::lock_guard lock(rebuilding_);
  auto next = build_state(*identity_, options);
  if (!next) return tl::unexpected(next.error());
  options_ = std::move(options);
  state_.store(std::move(*next));
  return {};
}

}  // namespace cadenas::pki
