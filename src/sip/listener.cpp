#include "sip/listener.hpp"

#include <cerrno>

#include <sys/socket.h>

#include "base/log.hpp"
#include "base/loop.hpp"
#include "pki/tls_context.hpp"
#include "sip/transport_layer.hpp"

namespace cadenas::sip {
namespace {

constexpr int accepts_at_once = 64;  // then connections get their turn
constexpr base::Millis out_of_descriptors_pause{100};

}  // namespace

Listener::Listener(TransportLayer& layer, Transport transport, int descriptor,
                   std::shared_ptr<pki::TlsServerContext> tls)
    : layer_(layer), transport_(transport), descriptor_(layer.loop().io(), descriptor), tls_(std::move(tls)) {}

void Listener::wait() {
  if (closed_) return;
  descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           if (!error && !self->closed_) self->accept_all();
                         });
}

void Listener::accept_all() {
  for (int i = 0; i < accepts_at_once && !closed_; ++i) {
    const int accepted = accept4(descriptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      layer_.accepted(accepted, transport_, tls_.get());
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The connection stays in the backlog and the socket readable: without a pause this would spin.
      base::log::warning("transport.out-of-descriptors", {{"loop", layer_.loop().index()}});
      layer_.loop().after(out_of_descriptors_pause, [self = shared_from_this()] { self->wait(); });
      return;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    }
  }
  wait();
}

void Listener::close() {
  closed_ = true;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace cadenas::sip
