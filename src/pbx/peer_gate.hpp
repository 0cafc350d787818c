#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pbx/authenticator.hpp"
#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

struct NodeCounters;
class RefusalLog;

/// Whether BOTHWAY lets a flow stand: TLS with a verified certificate, or a declared trunk (MODE-3, MODE-4). Pure.
bool stands_in_bothway(const sip::Flow& flow, const store::Snapshot& model);

/// Who is heard at all. One for each node, on its loop.
class PeerGate {
 public:
  /// All references must outlive the gate.
  PeerGate(Authenticator::SnapshotSource snapshot, RefusalLog& refusals, NodeCounters& counters,
           const base::Clock& clock);

  void set_bothway(bool on) { bothway_ = on; }
  bool bothway() const { return bothway_; }

  /// MODE-4, MODE-5: in BOTHWAY, what comes by UDP or TCP from no declared trunk is dropped without an answer, and so
  /// is what comes from the address of a TLS trunk under another name than declared. Noted and counted.
  bool hears(const sip::Flow& flow);
  /// Whether a phone may register as `number` by this flow: false in BOTHWAY with certificates bound to subscriptions
  /// and one that names another. Noted and counted.
  bool may_register(const sip::Flow& flow, const std::string& number);
  /// Notes and counts a trunk's call to a number that a trunk leads to: taken, it would be somebody's toll fraud.
  void note_relay(const sip::Flow& flow, const std::string& number);
  /// Notes a TLS client that was refused in the handshake.
  void note_refused(const sip::Flow& flow, const base::Error& why);

 private:
  bool refuse(const sip::Flow& flow, base::Error why);

  Authenticator::SnapshotSource snapshot_;
  RefusalLog& refusals_;
  NodeCounters& counters_;
  const base::Clock& clock_;
  bool bothway_ = false;
};

}  // namespace cadenas::pbx
