#pragma once

#include <memory>
#include <optional>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sip/websocket_peer.hpp"
#include "base/endpoint.hpp"
#include "registration_bench.hpp"
#include "sip/message.hpp"

namespace cadenas::pbx::test {

/// A socket of a phone on this machine, blocking: one message out, one message in.
class PhoneSocket {
 public:
  enum class Kind { udp, tcp, tls, wss };

  /// Over TLS and WSS with a certificate where there is one to show.
  PhoneSocket(Kind kind, const base::Endpoint& server, const pki::Identity* identity = nullptr) : kind_(kind) {
    descriptor_ = ::socket(AF_INET, kind == Kind::udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    connected_ = ::connect(descriptor_, server.data(), server.size()) == 0;
    if (!connected_ || !is_secure()) return;
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);  // self-signed: encryption without authentication
    if (identity) {
      SSL_CTX_use_certificate(context_.get(), identity->leaf().handle());
      SSL_CTX_use_PrivateKey(context_.get(), identity->key().handle());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
    connected_ = SSL_connect(ssl_.get()) == 1;
    if (connected_ && kind == Kind::wss) open_web_socket();
  }
  ~PhoneSocket() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ::close(descriptor_);
  }
  PhoneSocket(const PhoneSocket&) = delete;
  PhoneSocket& operator=(const PhoneSocket&) = delete;

  bool connected() const { return connected_; }
  std::string peer_fingerprint() const {
    const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    return pki::Certificate::from_x509(peer.get()).value().facts().fingerprint_sha256;
  }

  void say(const std::string& text) { write(web_socket_ ? web_socket_->text(text) : text); }
  /// The next message; nothing if the server closed, or stayed silent for a time no answer takes.
  std::optional<sip::Message> hear() {
    while (first_message() == 0) {
      const std::string octets = read();
      if (octets.empty()) return std::nullopt;
      if (!web_socket_) {
        buffer_ += octets;
        continue;
      }
      web_socket_->hear(octets);
      for (const auto& received : std::exchange(web_socket_->received, {})) buffer_ += received.text;
    }
    const auto end = first_message();
    auto message = sip::Message::parse(buffer_.substr(0, end));
    buffer_.erase(0, end);
    if (!message) return std::nullopt;
    return *std::move(message);
  }
  std::optional<sip::Message> ask(const std::string& text) {
    say(text);
    return hear();
  }
  /// REGISTER, 401, REGISTER with digest; the status of the last answer, 0 for none.
  int sign_in(const std::string& number, const std::string& password, unsigned cseq = 1,
              const std::string& lines = {}) {
    const std::string contact = "Contact: <sip:" + number + "@" + contact_host() + ">\r\n" + lines;
    const auto challenged = ask(request(number, cseq, contact));
    if (!challenged || (*challenged)->status() != 401) return challenged ? (*challenged)->status() : 0;
    const auto proof = authorization(challenged->view(), number, password, sip::DigestAlgorithm::md5);
    const auto done = ask(request(number, cseq + 1, contact + proof));
    return done ? (*done)->status() : 0;
  }
  std::string request(const std::string& number, unsigned cseq, const std::string& lines) const {
    std::string text = register_text(number, cseq, lines, "call-" + number);
    const std::string via = "SIP/2.0/UDP 192.0.2.10;";
    const std::string own = kind_ == Kind::udp   ? "UDP"
                            : kind_ == Kind::tcp ? "TCP"
                            : kind_ == Kind::tls ? "TLS"
                                                 : "WSS";
    return text.replace(text.find(via), via.size(), "SIP/2.0/" + own + " 192.0.2.10;rport;");
  }
  /// What stands behind the number in its contact: a browser does not know its own address.
  std::string contact_host() const {
    return kind_ == Kind::wss   ? "h3k9.invalid;transport=ws"
           : kind_ == Kind::tls ? "127.0.0.1:5999;transport=tls"
                                : "127.0.0.1:5999";
  }

 private:
  bool is_secure() const { return kind_ == Kind::tls || kind_ == Kind::wss; }
  void open_web_socket() {
    write(sip::testing::upgrade_request);
    std::string answer;
    while (answer.size() < sip::testing::upgrade_response.size()) {
      const std::string more = read();
      if (more.empty()) break;
      answer += more;
    }
    connected_ = answer == sip::testing::upgrade_response;
    web_socket_ = std::make_unique<sip::testing::WebSocketPeer>(sip::testing::WebSocketPeer::Side::client);
  }
  void write(const std::string& octets) {
    if (ssl_) {
      SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
    } else {
      (void)::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    }
  }
  /// What comes next; nothing if the server closed, or stayed silent for a time no answer takes.
  std::string read() {
    char octets[8192];
    if (!(ssl_ && SSL_pending(ssl_.get()) > 0)) {
      pollfd ready{descriptor_, POLLIN, 0};
      if (::poll(&ready, 1, 20'000) != 1) return {};
    }
    const auto got = ssl_ ? SSL_read(ssl_.get(), octets, sizeof octets)
                          : static_cast<int>(::recv(descriptor_, octets, sizeof octets, 0));
    return got <= 0 ? std::string() : std::string(octets, static_cast<std::size_t>(got));
  }
  /// Octets of the first message in the buffer; 0 while it is not all there.
  std::size_t first_message() const {
    const auto head = buffer_.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    const std::string name = "\r\nContent-Length: ";
    const auto field = buffer_.find(name);
    const std::size_t body = field < head ? std::stoul(buffer_.substr(field + name.size())) : 0;
    return head + 4 + body <= buffer_.size() ? head + 4 + body : 0;
  }

  Kind kind_;
  int descriptor_ = -1;
  bool connected_ = false;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::unique_ptr<sip::testing::WebSocketPeer> web_socket_;
  std::string buffer_;
};

}  // namespace cadenas::pbx::test
