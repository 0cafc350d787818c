#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/flow.hpp"

namespace cadenas::pki {
class TlsServerContext;
}

namespace cadenas::sip {

class TransportLayer;

/// One listening TCP socket of a TransportLayer, for TCP, TLS or WSS. On the layer's loop only.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  /// Takes a descriptor that listens already.
  Listener(TransportLayer& layer, Transport transport, int descriptor, std::shared_ptr<pki::TlsServerContext> tls);

  Transport transport() const { return transport_; }
  void start() { wait(); }
  void close();

 private:
  void wait();
  void accept_all();

  TransportLayer& layer_;  // valid unless closed
  Transport transport_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::shared_ptr<pki::TlsServerContext> tls_;
  bool closed_ = false;
};

}  // namespace cadenas::sip
