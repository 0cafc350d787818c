#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/published.hpp"
#include "pbx/configuration.hpp"
#include "pbx/pbx.hpp"
#include "store/model.hpp"

namespace cadenas::pki {
class TlsServerContext;
}
namespace cadenas::sip {
class TransportLayer;
}

namespace cadenas::pbx {

class Node;

/// The listeners of every node as the transport mode asks for them (MODE-1 to MODE-4): 5060 UDP and TCP always, 5061
/// TLS where there is a certificate, and where browsers are served WSS beside it. Switching touches only what the modes
/// differ in: no restart, no connection that may stay is dropped (MODE-7).
class SipService {
 public:
  /// `nodes` must outlive this.
  SipService(std::vector<Node*> nodes, SipListen listen);

  using Done = std::function<void(base::Result<void>)>;
  /// Takes a mode into service, on one loop after the other; `tls` is not needed for NO TLS. One at a time: the
  /// caller waits for `done`, which runs on one of the loops. Where a socket cannot be had, what was opened is closed
  /// again. Errors: "transport.listen", "mode.no-certificate".
  void apply(store::TransportMode mode, std::shared_ptr<pki::TlsServerContext> tls, Done done);

  /// Any thread.
  std::vector<ListeningAt> listening() const;
  store::TransportMode mode() const;

 private:
  struct State {
    store::TransportMode mode = store::TransportMode::no_tls;
    std::vector<ListeningAt> listening;
  };
  struct Change;
  std::optional<std::uint16_t> port_of(sip::Transport transport) const;
  base::Result<std::vector<base::Endpoint>> wanted(const Change& change, sip::Transport transport) const;
  base::Result<std::vector<ListeningAt>> open_on(sip::TransportLayer& layer, const Change& change) const;
  void open_next(const std::shared_ptr<Change>& change);
  void give_up(const std::shared_ptr<Change>& change, base::Error error);
  void finish(const std::shared_ptr<Change>& change);

  std::vector<Node*> nodes_;
  SipListen listen_;
  base::Published<State> state_;
};

}  // namespace cadenas::pbx
