#pragma once

#include <memory>
#include <vector>

#include "pbx/authenticator.hpp"
#include "pbx/counters.hpp"
#include "pbx/peer_gate.hpp"
#include "pbx/registrar.hpp"
#include "pbx/trunk_links.hpp"
#include "sip/timings.hpp"
#include "sip/transaction_layer.hpp"
#include "sip/transaction_user.hpp"
#include "sip/transport_layer.hpp"
#include "store/model.hpp"

namespace cadenas::pki {
class RevocationIndex;
}

namespace cadenas::pbx {

class Calls;
struct CallServices;
class RefusalLog;
class TrunkProbes;
class TrunkStates;
class TrunkTls;

/// A connection the audit closed.
struct RevokedPeer {
  sip::Flow flow;
  std::size_t position = 0;  ///< whose certificate was revoked: 0 the peer's own, 1 its issuer's, …
  base::WallTime revoked_at{};
};

/// Everything of one loop: its sockets, its transactions, authentication, the registrar's front and the calls' legs.
/// Routes each request to who serves it. All members on the loop, or before it runs and after it has ended, but for
/// the counters.
class Node final : public sip::ServerUser {
 public:
  struct Settings {
    sip::TransportLimits transport;
    sip::Timings timings;
    Authenticator::Settings authentication;
    RegistrarSettings registrar;
  };

  /// All references must outlive the node.
  Node(base::Loop& loop, const Authenticator::SnapshotSource& snapshot, Locations& locations, CallServices& services,
       const TrunkTls& trunk_tls, TrunkStates& trunk_states, RefusalLog& refusals, const Settings& settings);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  base::Loop& loop() { return loop_; }
  sip::TransportLayer& transport() { return transport_; }
  Calls& calls() { return *calls_; }
  TrunkLinks& trunks() { return trunks_; }
  TrunkProbes& trunk_probes() { return *trunk_probes_; }
  /// The nodes of all loops, by index: a UDP trunk is served by one of them. Before the loops run.
  void set_siblings(std::vector<Node*> all) { siblings_ = std::move(all); }

  /// The mode in service (MODE-1 to MODE-5). Connections it does not allow close, those with a call when that ends;
  /// until then nothing new is taken from them.
  void serve(store::TransportMode mode);
  /// CERT-7: closes the connections that rest on a certificate revoked since, and says which they were.
  std::vector<RevokedPeer> audit(const pki::RevocationIndex& index);
  /// Takes nothing new any more (503): the iPBX stops, and ends its calls.
  void wind_down() { winding_down_ = true; }

  const NodeCounters& counters() const { return counters_; }
  const sip::TransportCounters& transport_counters() const { return transport_.counters(); }
  const sip::TransactionCounters& transaction_counters() const { return transactions_.counters(); }

  void on_request(const std::shared_ptr<sip::ServerTransaction>& transaction) override;
  void on_cancel(const std::shared_ptr<sip::ServerTransaction>& invite) override;
  void on_ack(const sip::Flow& flow, const sip::MessageView& ack) override;
  void on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite) override;
  void on_stateless(const sip::Flow& flow, const sip::MessageView& request) override;
  void on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) override;

 private:
  // The transport layer speaks to the transaction layer, which is made with the transport layer: this stands between,
  // lets through what the gate hears, and hands what a UDP trunk says to the loop that serves it.
  class Inbound final : public sip::FlowUser {
   public:
    explicit Inbound(Node& node) : node_(node) {}
    void connect(sip::FlowUser& user) { user_ = &user; }
    void on_message(const sip::Flow& flow, const sip::MessageView& message) override;
    void on_bad_message(const sip::Flow& flow, const base::Error& error, int status,
                        const sip::MessageView* partial) override;
    void on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) override;
    void on_peer_refused(const sip::Flow& flow, const pki::RefusedPeer& refused) override;

   private:
    Node& node_;
    sip::FlowUser* user_ = nullptr;
  };

  void on_invite(const std::shared_ptr<sip::ServerTransaction>& transaction);
  std::shared_ptr<const store::Trunk> trunk_of(const sip::Flow& flow) const;
  void on_trunk_invite(const std::shared_ptr<sip::ServerTransaction>& transaction,
                       const std::shared_ptr<const store::Trunk>& trunk);
  bool hand_to_home(const sip::Flow& flow, const sip::MessageView& message);
  void answer_options(const sip::Flow& flow, const sip::MessageView& request);
  bool allows(const sip::Flow& flow) const;
  void close_idle();

  base::Loop& loop_;
  Locations& locations_;
  NodeCounters counters_;
  Authenticator::SnapshotSource snapshot_;
  store::TransportMode mode_ = store::TransportMode::pbx_cert;
  bool winding_down_ = false;
  bool closing_idle_ = false;  // a timer of close_idle waits
  PeerGate gate_;
  Inbound inbound_;
  sip::TransportLayer transport_;
  TrunkLinks trunks_;
  sip::TransactionLayer transactions_;
  std::shared_ptr<TrunkProbes> trunk_probes_;
  Authenticator authenticator_;
  Registrar registrar_;
  std::unique_ptr<Calls> calls_;
  std::vector<Node*> siblings_;
};

}  // namespace cadenas::pbx
