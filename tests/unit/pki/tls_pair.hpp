#pragma once

#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

/// A TLS client and server joined in memory.
class TlsPair {
 public:
  TlsPair(SslHandle server, SslHandle client) : server_(std::move(server)), client_(std::move(client)) {
    BIO* server_end = nullptr;
    BIO* client_end = nullptr;
    BIO_new_bio_pair(&server_end, 0, &client_end, 0);
    SSL_set_bio(server_.get(), server_end, server_end);
    SSL_set_bio(client_.get(), client_end, client_end);
  }

  /// True when both sides finished and the server let the client through (a TLS 1.3 client learns that only by
  /// reading).
  bool handshake() {
    ERR_clear_error();
    bool server_done = false;
    bool client_done = false;
    for (int turn = 0; turn < 20 && !(server_done && client_done); ++turn) {
      if (!client_done && !step(client_.get(), client_done)) return false;
      if (!server_done && !step(server_.get(), server_done)) return false;
    }
    return server_done && client_done && says("ping");
  }

  /// Whether `text` arrives both ways.
  bool says(const std::string& text) {
    return carries(server_.get(), client_.get(), text) && carries(client_.get(), server_.get(), text);
  }

  SSL* server() { return server_.get(); }
  SSL* client() { return client_.get(); }
  const std::string& problem() const { return problem_; }

 private:
  bool step(SSL* side, bool& done) {
    const int result = SSL_do_handshake(side);
    done = result == 1;
    const int error = SSL_get_error(side, result);
    if (done || error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
    problem_ = take_openssl_reasons();
    return false;
  }

  bool carries(SSL* from, SSL* to, const std::string& text) {
    if (SSL_write(from, text.data(), static_cast<int>(text.size())) <= 0) return false;
    std::string got(text.size(), '\0');
    const int length = SSL_read(to, got.data(), static_cast<int>(got.size()));
    if (length <= 0) problem_ = take_openssl_reasons();
    return length == static_cast<int>(text.size()) && got == text;
  }

  SslHandle server_;
  SslHandle client_;
  std::string problem_;
};

}  // namespace cadenas::pki
