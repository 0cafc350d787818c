#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sip/flow.hpp"
#include "sip/transport_layer.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class RefusalLog;
class TrunkStates;
class TrunkTls;

/// The ways from one loop to the trunks. Over UDP that is the socket we listen on; over TCP and TLS one connection a
/// trunk, kept and used by every call of the loop (RFC 5923), and made anew by the next call after it has closed. On
/// the loop.
class TrunkLinks {
 public:
  /// All references must outlive the links.
  TrunkLinks(sip::TransportLayer& transport, const TrunkTls& tls, RefusalLog& refusals, TrunkStates& states);

  using Reached = std::function<void(base::Result<sip::Flow>)>;
  /// The flow to that trunk, or why there is none: errors of TransportLayer::connect and TrunkTls::context. A server
  /// refused for its certificate is noted as a refusal. `reached` runs once, never within the call.
  void reach(const std::shared_ptr<const store::Trunk>& trunk, Reached reached);

  /// The trunk a connection of ours leads to, as long as it is declared as it was then; null for any other flow.
  std::shared_ptr<const store::Trunk> trunk_of(const sip::Flow& flow, const store::Snapshot& model) const;
  void on_flow_closed(const sip::Flow& flow);

 private:
  using Declared = std::shared_ptr<const store::Trunk>;
  void dial(const Declared& trunk);
  void dialled(const Declared& trunk, const base::Result<sip::Flow>& flow);

  sip::TransportLayer& transport_;
  const TrunkTls& tls_;
  RefusalLog& refusals_;
  TrunkStates& states_;
  // A declaration that changes is another value: what was dialled for the old one is not used for the new.
  std::map<Declared, std::vector<Reached>> dialling_;
  struct Connection {
    Declared trunk;
    sip::Flow flow;
  };
  std::unordered_map<std::uint64_t, Connection> connections_;  // by Flow::connection
};

/// The loop that serves a UDP trunk, of `loops`. The kernel gives a datagram to whichever loop its addresses hash to,
/// which nobody can tell before the first one has come; so all of a trunk's are handed to this loop.
unsigned home_of_udp_trunk(const base::Endpoint& remote, unsigned loops);

}  // namespace cadenas::pbx
