#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "admin/context.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cadenas::admin {

struct HttpLimits {
  std::size_t connections = 64;                               ///< with one more, the newcomer is closed at once
  std::uint32_t header_octets = 16'384;                       ///< 431 beyond
  std::uint64_t body_octets = 65'536;                         ///< 413 beyond
  std::uint64_t large_body_octets = std::uint64_t{16} << 20;  ///< where a revocation list is sent
  base::Millis handshake_timeout{10'000};
  base::Millis request_timeout{30'000};  ///< from the first octet waited for to the last; an idle connection too
};

struct ServerSettings {
  base::Endpoint listen;  ///< port 0: the system chooses
  /// For the server's own key.pem and cert.pem: apart from the SIP service's certificate, so that the API is there in
  /// NO TLS too. The certificate names localhost and the loopback addresses; clients on this machine pin it.
  std::filesystem::path identity_directory;
  HttpLimits http;
  ApiOptions api;
};

/// The admin API over HTTPS (TLS 1.2 and 1.3), on a thread of its own apart from signalling; password hashing has
/// another. All members from the thread that made it.
class Server {
 public:
  /// Makes or loads the certificate, binds, and serves. `clock`, `store` and `pbx` must outlive it. Blocks shortly.
  /// Errors: "api.listen", those of pki::IdentityStore::open and TlsServerContext::make.
  static base::Result<std::unique_ptr<Server>> start(ServerSettings settings, const base::Clock& clock,
                                                     store::Store& store, ManagedPbx& pbx);
  ~Server();  ///< closes every connection and joins
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  base::Endpoint address() const;  ///< with the port in use
  /// Lower-case hex of the server certificate's SHA-256, to pin.
  std::string fingerprint() const;

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace cadenas::admin
