#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/published.hpp"
#include "pki/certificate.hpp"
#include "pki/identity.hpp"
#include "pki/openssl_handles.hpp"
#include "pki/revocation_index.hpp"
#include "pki/staple.hpp"

namespace cadenas::pki {

/// How old a peer may be. Each step adds to the one before; anything but `modern` is an explicit choice.
enum class TlsCompatibility {
  modern,        ///< TLS 1.3 and 1.2, AEAD suites with ephemeral keys only (BSI TR-02102-2, ANSSI)
  tls12_phones,  ///< also TLS 1.2 with ECDHE-RSA and AES-CBC-SHA256
  tls10_phones,  ///< also TLS 1.0 and 1.1, CBC-SHA1, RSA key exchange and SHA-1 signatures, at security level 0
};

enum class ClientCertificates {
  not_asked,  ///< MODE-2
  observed,   ///< asked for and judged as with `required`, but nobody is refused: what BOTHWAY would do (MODE-8)
  required,   ///< MODE-3, BOTHWAY: none, out of date, not under a trust anchor, or revoked -> the handshake fails
};

struct TlsServerOptions {
  TlsCompatibility compatibility = TlsCompatibility::modern;
  ClientCertificates client_certificates = ClientCertificates::not_asked;
  std::vector<Certificate> trust_anchors{};  ///< roots or intermediates for clients; at least one unless `not_asked`
  /// Stateless tickets per full TLS 1.3 handshake (0: no resumption at all, in 1.2 either); nothing is kept per session
  /// on the server. Taken as 0 unless `not_asked`, so that each handshake judges its certificate anew.
  unsigned tickets = 1;
  /// Unless `not_asked`, what clients' chains are looked up in (CERT-7). Replacing the index inside reaches the next
  /// handshake without a new context; null: nothing is looked up.
  std::shared_ptr<const LiveRevocation> revocation{};
  /// What dates of clients and of the staple are held against; outlives the context and its sessions. Null: the
  /// system's clock.
  const base::Clock* clock = nullptr;
  /// What is stapled to the server's certificate; null: nothing ever.
  std::shared_ptr<const LiveStaple> staple{};
};

struct TlsServerState;

/// The server side of TLS for one listener: one immutable SSL_CTX per identity and options, replaced as a whole.
///
/// Why a client was refused is read with `read_peer_refusal`; what was verified, with `read_peer_facts`.
///
/// This costs a handshake nothing (SSL_new shares the context's certificate), where a per-handshake certificate
/// callback would set, check and copy key and chain each time. Connections keep the context they began with.
class TlsServerContext {
 public:
  /// Errors: "tls.context-failed" (the reason of OpenSSL follows), "tls.no-trust-anchor".
  static base::Result<std::unique_ptr<TlsServerContext>> make(std::shared_ptr<const LiveIdentity> identity,
                                                              TlsServerOptions options = {});
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  /// A session in accept state with the identity of this moment; the caller sets its socket or BIOs. Any thread; no
  /// lock but for the first call after a replacement. When the new identity cannot be served, the old one stays in
  /// service and `refresh` says why. Errors: "tls.session-failed".
  base::Result<SslHandle> new_session();

  /// Takes the live identity into service now and says whether that worked, e.g. right after `LiveIdentity::replace`.
  /// Errors as `make`; the context in service then stays.
  base::Result<void> refresh();

  /// Changes the options for connections to come. Errors as `make`; nothing changes then.
  base::Result<void> reconfigure(TlsServerOptions options);

 private:
  TlsServerContext(std::shared_ptr<const LiveIdentity> identity, TlsServerOptions options,
                   std::shared_ptr<const TlsServerState> first);

  const std::shared_ptr<const LiveIdentity> identity_;
  std::mutex rebuilding_;
  TlsServerOptions options_;  ///< under rebuilding_
  base::Published<TlsServerState> state_;
};

struct TlsClientOptions {
  TlsCompatibility compatibility = TlsCompatibility::modern;
  bool verify_server = true;                 ///< false: encryption without authentication (CERT-6)
  std::vector<Certificate> trust_anchors{};  ///< roots or intermediates; at least one with `verify_server`
  /// With `verify_server`, as in TlsServerOptions: a revoked server is not talked to (CERT-7).
  std::shared_ptr<const LiveRevocation> revocation{};
  const base::Clock* clock = nullptr;  ///< with `verify_server`, as in TlsServerOptions
};

/// The client side of TLS: trunks, links to other iPBXs, tests.
class TlsClientContext {
 public:
  /// `identity` is shown to a server that asks, and is read anew for each session; null for none.
  /// Errors: "tls.context-failed", "tls.no-trust-anchor".
  static base::Result<std::unique_ptr<TlsClientContext>> make(TlsClientOptions options,
                                                              std::shared_ptr<const LiveIdentity> identity = nullptr);

  /// A session in connect state. `server` is the host name or literal address that was dialled: a name goes out as SNI
  /// and must be in the certificate; an address must be in SAN iPAddress or, for compatibility, be the CN (DOMAIN
  /// §7.2). Empty with `verify_server`: only the chain is checked. Any thread. Errors: "tls.session-failed".
  base::Result<SslHandle> new_session(const std::string& server) const;

 private:
  TlsClientContext(SslContextHandle context, bool verify, std::shared_ptr<const LiveIdentity> identity)
      : context_(std::move(context)), verify_(verify), identity_(std::move(identity)) {}

  SslContextHandle context_;
  bool verify_;
  std::shared_ptr<const LiveIdentity> identity_;
};

}  // namespace cadenas::pki
