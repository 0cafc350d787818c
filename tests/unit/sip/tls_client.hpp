#pragma once

#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "pki/certificate.hpp"
#include "transport_fixture.hpp"

namespace cadenas::sip::testing {

/// A self-signed certificate for 127.0.0.1 and its key.
inline std::shared_ptr<const pki::Identity> identity() {
  auto made = pki::make_self_signed({.tel_address = "127.0.0.1"},
                                    std::chrono::floor<base::Millis>(std::chrono::system_clock::now()),
                                    {.key = pki::KeyAlgorithm::ecdsa_p256});
  EXPECT_TRUE(made) << made.error().message;
  return std::make_shared<const pki::Identity>(std::move(*made));
}

/// A TLS client on OpenSSL's own API, with nothing of ours between.
class TlsClient {
 public:
  explicit TlsClient(const base::Endpoint& to, int version = TLS1_3_VERSION)
      : tcp_(SOCK_STREAM, to), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), tcp_.fd());
    up = SSL_connect(ssl_.get()) == 1;
  }
  void write(std::string_view text) const {
    EXPECT_EQ(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())), static_cast<int>(text.size()));
  }
  /// What comes next, at least one octet; nothing if the stream ended.
  std::string read_some() const {
    char room[4096];
    const int octets = SSL_read(ssl_.get(), room, sizeof room);
    return octets <= 0 ? std::string() : std::string(room, static_cast<std::size_t>(octets));
  }
  /// What comes until `wanted` occurs in it or the stream ends.
  std::string read_until(std::string_view wanted) const {
    std::string text;
    while (text.find(wanted) == std::string::npos) {
      const std::string more = read_some();
      if (more.empty()) break;
      text += more;
    }
    return text;
  }
  bool got_close_notify() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  std::string server_fingerprint() const {
    const pki::X509Handle certificate(SSL_get1_peer_certificate(ssl_.get()));
    return pki::Certificate::from_x509(certificate.get())->facts().fingerprint_sha256;
  }
  bool up = false;

 private:
  Client tcp_;
  pki::SslContextHandle context_;
  pki::SslHandle ssl_;
};

}  // namespace cadenas::sip::testing
