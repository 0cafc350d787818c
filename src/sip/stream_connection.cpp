#include "sip/stream_connection.hpp"

#include <array>
#include <cstring>
#include <optional>

#include "base/loop.hpp"
#include "pki/peer_facts.hpp"
#include "sip/framer.hpp"
#include "sip/request_check.hpp"
#include "sip/websocket_codec.hpp"

namespace cadenas::sip {
namespace {

constexpr std::size_t read_octets = 4096;
constexpr int reads_at_once = 16;  // then other connections get their turn
constexpr base::Millis drain_time{2'000};

std::vector<std::string> names_of(const pki::CertificateFacts& certificate) {
  std::vector<std::string> names;
  if (!certificate.common_name.empty()) names.push_back(certificate.common_name);
  names.insert(names.end(), certificate.dns_names.begin(), certificate.dns_names.end());
  names.insert(names.end(), certificate.ip_addresses.begin(), certificate.ip_addresses.end());
  return names;
}

std::shared_ptr<const TlsFacts> facts_of(SSL* ssl) {
  auto peer = pki::read_peer_facts(ssl);
  auto facts = std::make_shared<TlsFacts>();
  facts->version = std::move(peer.version);
  facts->cipher = std::move(peer.cipher);
  facts->peer_verified = peer.verified;
  facts->peer_chain = std::move(peer.chain);
  if (peer.judged) facts->peer_refusal = peer.refusal;
  if (peer.certificate) {
    facts->peer_subject = peer.certificate->facts().subject;
    facts->peer_serial = peer.certificate->facts().serial;
    facts->peer_fingerprint = peer.certificate->facts().fingerprint_sha256;
    if (peer.verified) facts->peer_names = names_of(peer.certificate->facts());
  }
  return facts;
}

std::unique_ptr<StreamCodec> codec_for(Transport transport, const ParseLimits& limits) {
  if (transport == Transport::wss) return std::make_unique<WebSocketCodec>(limits);
  return std::make_unique<Framer>(limits);
}

bool speaks_sip(std::string_view octets) {
  const std::string_view line = octets.substr(0, octets.find_first_of("\r\n"));
  return line.starts_with("SIP/2.0 ") || line.find(" SIP/") != std::string_view::npos;
}

}  // namespace

StreamConnection::StreamConnection(TransportLayer& layer, Flow flow, int descriptor, pki::SslHandle ssl,
                                   TransportLayer::Connected connected)
    : layer_(layer),
      flow_(std::move(flow)),
      socket_(layer.loop_, descriptor, std::move(ssl)),
      codec_(codec_for(flow_.transport, layer.limits_.parse)),
      connected_(std::move(connected)),
      since_(layer.loop_.clock().steady()),
      phase_(connected_         ? Phase::connecting
             : socket_.is_tls() ? Phase::handshake
                                : Phase::up) {}

void StreamConnection::start() {
  if (phase_ == Phase::connecting) {
    wait_write();
  } else {
    wait_read();  // a client speaks first, in TLS and in SIP
  }
}

void StreamConnection::wait_read() {
  if (reading_ || phase_ == Phase::closed) return;
  reading_ = true;
  socket_.descriptor().async_wait(boost::asio::posix::descriptor_base::wait_read,
                                  [self = shared_from_this()](const boost::system::error_code& error) {
                                    self->reading_ = false;
                                    if (!error) self->ready();
                                  });
}

void StreamConnection::wait_write() {
  if (writing_ || phase_ == Phase::closed) return;
  writing_ = true;
  socket_.descriptor().async_wait(boost::asio::posix::descriptor_base::wait_write,
                                  [self = shared_from_this()](const boost::system::error_code& error) {
                                    self->writing_ = false;
                                    if (!error) self->ready();
                                  });
}

void StreamConnection::ready() {
  switch (phase_) {
    case Phase::connecting:
      return finish_connect();
    case Phase::handshake:
      return handshake();
    case Phase::up:
      flush();
      if (phase_ == Phase::up) receive();
      return;
    case Phase::draining:
      return discard();
    case Phase::closed:
      return;
  }
}

void StreamConnection::finish_connect() {
  if (const int error = socket_.connect_error(); error != 0) {
    return fail_connect(
        {"connect.failed", "Could not connect to " + flow_.remote.to_string() + ": " + std::strerror(error) + ".", ""});
  }
  sockaddr_in6 storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (getsockname(socket_.descriptor().native_handle(), address, &size) == 0) {
    flow_.local = base::Endpoint::from(address);
  }
  if (socket_.is_tls()) {
    phase_ = Phase::handshake;
    ++layer_.handshakes_;
    handshake();
  } else {
    opened();
  }
}

void StreamConnection::handshake() {
  const auto outcome = socket_.handshake();
  switch (outcome.status) {
    case StreamSocket::Status::done:
      layer_.handshake_ended();
      phase_ = Phase::up;
      flow_.tls = facts_of(socket_.ssl());
      if (!connected_) layer_.counters_.tls_handshakes.add();
      return opened();
    case StreamSocket::Status::want_read:
      return wait_read();
    case StreamSocket::Status::want_write:
      return wait_write();
    case StreamSocket::Status::end_of_stream:
      if (connected_)
        return fail_connect({"connect.tls", "The TLS server closed the connection in the handshake.", ""});
      return close(CloseReason::by_peer);
    case StreamSocket::Status::failed:
      if (connected_) return fail_connect(why_server_refused());
      tell_refusal();
      return close(CloseReason::tls_failure);
  }
}

base::Error StreamConnection::why_server_refused() {
  const auto refused = pki::read_peer_refusal(socket_.ssl());
  if (refused.reason == pki::PeerRefusal::none) {
    return {"connect.tls", "The TLS handshake with " + flow_.remote.to_string() + " failed.", ""};
  }
  layer_.counters_.servers_refused.at(static_cast<std::size_t>(refused.reason)).add();
  return refused.error();
}

void StreamConnection::tell_refusal() {
  const auto refused = pki::read_peer_refusal(socket_.ssl());
  if (refused.reason == pki::PeerRefusal::none) return;
  layer_.counters_.peers_refused.at(static_cast<std::size_t>(refused.reason)).add();
  layer_.user_.on_peer_refused(flow_, refused);
}

void StreamConnection::opened() {
  phase_ = Phase::up;
  since_ = layer_.loop_.clock().steady();
  if (connected_) {
    shown_ = heard_ = true;
    std::exchange(connected_, nullptr)(flow_);
    if (phase_ != Phase::up) return;
  }
  receive();
}

void StreamConnection::receive() {
  for (int i = 0; i < reads_at_once; ++i) {
    const auto room = codec_->prepare(read_octets);
    const auto outcome = socket_.read(room);
    if (outcome.status == StreamSocket::Status::want_read) break;
    if (outcome.status == StreamSocket::Status::want_write) {
      wait_write();
      break;
    }
    if (outcome.status != StreamSocket::Status::done) {
      return close(outcome.status == StreamSocket::Status::end_of_stream ? CloseReason::by_peer
                                                                         : CloseReason::io_error);
    }
    codec_->commit(outcome.octets);
    deliver();
    if (phase_ != Phase::up) return;
    // Before there was any SIP, the time runs from the handshake, whatever else is said.
    if (heard_) since_ = layer_.loop_.clock().steady();
    if (outcome.octets < room.size() && !socket_.has_buffered()) break;
  }
  if (codec_->is_idle()) {
    message_since_ = base::SteadyTime::max();
    codec_->release_if_idle();
  } else if (message_since_ == base::SteadyTime::max()) {
    message_since_ = layer_.loop_.clock().steady();
  }
  if (socket_.has_buffered()) {
    layer_.loop_.post([self = shared_from_this()] {
      if (self->phase_ == Phase::up) self->receive();
    });
  } else {
    wait_read();
  }
}

void StreamConnection::deliver() {
  std::string pong;  // to the last of the pings that came together (RFC 6455 §5.5.3)
  while (phase_ == Phase::up) {
    auto event = codec_->next();
    if (event && event->kind == StreamCodec::Kind::ping) {
      layer_.counters_.keep_alives.add();
      pong = std::move(event->reply);
      continue;
    }
    if (!pong.empty() && !write(std::exchange(pong, {}))) return;
    if (!event) return;
    if (!event->reply.empty() && !write(event->reply)) return;
    switch (event->kind) {
      case StreamCodec::Kind::message:
        message_since_ = base::SteadyTime::max();
        deliver_message(event->octets);
        break;
      case StreamCodec::Kind::opened:
        message_since_ = base::SteadyTime::max();
        break;
      case StreamCodec::Kind::ping:
        break;
      case StreamCodec::Kind::pong:  // maybe between the fragments of a message, whose time goes on
        layer_.counters_.keep_alives.add();
        break;
      case StreamCodec::Kind::error:
        refuse_stream(*event);
        break;
      case StreamCodec::Kind::ended:
        return close(CloseReason::by_peer);
    }
  }
}

void StreamConnection::deliver_message(std::span<char> octets) {
  std::optional<MessageView> partial;
  const auto message = MessageView::parse(octets, layer_.limits_.parse, &partial);
  if (message) {
    heard_ = shown_ = true;
    layer_.counters_.messages_in.add();
    return layer_.user_.on_message(flow_, *message);
  }
  layer_.counters_.bad_messages.add();
  const int status = partial ? status_for(message.error()) : 0;
  layer_.user_.on_bad_message(flow_, message.error(), status, partial ? &*partial : nullptr);
  // One bad message of a phone that speaks SIP costs it an answer, not its registered flow; noise ends here.
  if (!speaks_sip({octets.data(), octets.size()}) && phase_ == Phase::up) drain();
}

void StreamConnection::refuse_stream(const StreamCodec::Event& event) {
  layer_.counters_.bad_messages.add();
  if (event.status == 0) {
    layer_.user_.on_bad_message(flow_, event.error, 0, nullptr);
    if (phase_ == Phase::up) drain();
    return;
  }
  std::optional<MessageView> partial;
  const auto message = MessageView::parse(event.octets, layer_.limits_.parse, &partial);
  const MessageView* seen = message ? &*message : partial ? &*partial : nullptr;
  const bool answerable = seen != nullptr && seen->is_request() && seen->method() != Method::ack;
  layer_.user_.on_bad_message(flow_, event.error, answerable ? event.status : 0, seen);
  if (phase_ == Phase::up) drain();
}

base::Result<void> StreamConnection::send(std::string_view message) {
  if (phase_ != Phase::up) return base::fail("flow.closed", "The connection is closed or not up yet.");
  std::string room;
  return write(codec_->outgoing(message, room));
}

base::Result<void> StreamConnection::write(std::string_view octets) {
  if (out_.empty()) {
    while (!octets.empty()) {
      const auto outcome = socket_.write(octets);
      if (outcome.status == StreamSocket::Status::done) {
        octets.remove_prefix(outcome.octets);
        continue;
      }
      if (outcome.status == StreamSocket::Status::want_write || outcome.status == StreamSocket::Status::want_read)
        break;
      close(CloseReason::io_error);
      return base::fail("flow.closed", "The connection broke while sending.");
    }
    if (octets.empty()) return {};
  }
  if (out_.size() + octets.size() > layer_.limits_.send_queue_octets) {
    close(CloseReason::send_queue);
    return base::fail("flow.congested", "The peer does not read what it is sent.");
  }
  out_ += octets;
  wait_write();
  return {};
}

void StreamConnection::flush() {
  std::size_t sent = 0;
  while (sent < out_.size()) {
    const auto outcome = socket_.write(std::string_view(out_).substr(sent));
    if (outcome.status == StreamSocket::Status::want_write) {
      wait_write();
      break;
    }
    if (outcome.status == StreamSocket::Status::want_read) break;  // a read is always waited for
    if (outcome.status != StreamSocket::Status::done) return close(CloseReason::io_error);
    sent += outcome.octets;
  }
  if (sent == out_.size()) {
    out_ = std::string{};  // gives the memory back, too
  } else {
    out_.erase(0, sent);
  }
}

// An answer followed by a plain close would be lost: the reset for the unread octets overtakes it.
void StreamConnection::drain() {
  if (const std::string words = codec_->farewell(true); !words.empty()) static_cast<void>(write(words));
  if (phase_ == Phase::up) flush();
  if (phase_ == Phase::closed) return;
  phase_ = Phase::draining;
  since_ = layer_.loop_.clock().steady();
  socket_.end_writing();
  discard();
}

void StreamConnection::discard() {
  std::array<char, read_octets> unread;
  for (int i = 0; i < reads_at_once; ++i) {
    // Straight from the socket: after close_notify OpenSSL has nothing to say any more.
    const ssize_t octets = recv(socket_.descriptor().native_handle(), unread.data(), unread.size(), 0);
    if (octets > 0) continue;
    if (octets < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    return close(CloseReason::bad_input);
  }
  wait_read();
}

bool StreamConnection::overdue(base::SteadyTime now, CloseReason& reason) const {
  const auto& limits = layer_.limits_;
  const auto waited = now - since_;
  switch (phase_) {
    case Phase::connecting:
    case Phase::handshake:
      reason = CloseReason::handshake_late;
      return waited >= limits.handshake_timeout;
    case Phase::up:
      if (message_since_ != base::SteadyTime::max() && now - message_since_ >= limits.message_timeout) {
        reason = CloseReason::stalled;
        return true;
      }
      reason = heard_ ? CloseReason::idle : CloseReason::silent;
      return waited >= (heard_ ? limits.idle_timeout : limits.first_message_timeout);
    case Phase::draining:
      reason = CloseReason::bad_input;
      return waited >= drain_time;
    case Phase::closed:
      return false;
  }
  return false;
}

void StreamConnection::fail_connect(base::Error why) {
  const auto self = shared_from_this();
  const auto connected = std::exchange(connected_, nullptr);
  close(CloseReason::tls_failure);
  if (connected) connected(tl::unexpected(std::move(why)));
}

void StreamConnection::close(CloseReason reason) {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  if (connected_) {
    const auto connected = std::exchange(connected_, nullptr);
    // By a limit or by us, before it was up; the caller may be within a call into the layer.
    layer_.loop_.post([connected] { connected(base::fail("connect.timeout", "The peer did not answer in time.")); });
  }
  if (phase_ == Phase::up && reason != CloseReason::io_error && reason != CloseReason::send_queue) {
    if (reason != CloseReason::by_peer) out_ += codec_->farewell(false);
    if (!out_.empty()) static_cast<void>(socket_.write(out_));
    socket_.end_writing();
  }
  if (phase_ == Phase::handshake) layer_.handshake_ended();
  phase_ = Phase::closed;
  socket_.close();
  layer_.forget(*this, reason);
}

void StreamConnection::abandon() {
  if (phase_ == Phase::up) socket_.end_writing();
  phase_ = Phase::closed;
  socket_.close();
}

}  // namespace cadenas::sip
