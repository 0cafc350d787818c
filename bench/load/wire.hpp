#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "base/endpoint.hpp"
#include "load/poller.hpp"
#include "sip/flow.hpp"
#include "sip/framer.hpp"
#include "sip/message.hpp"

namespace cadenas::bench {

/// A client's UDP socket, or TCP or TLS connection, to the server under load.
class Wire final : public Poller::Handler {
 public:
  class User {
   public:
    virtual ~User() = default;
    virtual void on_open(Wire& wire) = 0;  ///< connected, and for TLS the handshake done
    virtual void on_message(Wire& wire, const sip::MessageView& message) = 0;
    virtual void on_broken(Wire& wire, const std::string& why) = 0;
  };

  /// `tls` is for TLS only and must outlive the wire. Begins to connect at once.
  Wire(Poller& poller, sip::Transport transport, const base::Endpoint& server, SSL_CTX* tls, User& user);
  ~Wire() override;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view message);
  const base::Endpoint& local() const { return local_; }
  sip::Transport transport() const { return transport_; }
  void on_ready(std::uint32_t events) override;

 private:
  void progress();
  void read_stream();
  void read_datagrams();
  void flush();
  void broken(const std::string& why);
  void want(bool write);

  Poller& poller_;
  sip::Transport transport_;
  User& user_;
  int fd_ = -1;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  base::Endpoint local_;
  sip::Framer framer_;
  std::string outbox_;
  bool open_ = false;
  bool dead_ = false;
  bool wants_write_ = true;
};

}  // namespace cadenas::bench
