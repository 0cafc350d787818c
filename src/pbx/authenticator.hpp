#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "pbx/guess_guard.hpp"
#include "sip/auth_header.hpp"
#include "sip/flow.hpp"
#include "sip/message.hpp"
#include "sip/nonce.hpp"
#include "store/model.hpp"

namespace cadenas::store {
class Store;
}

namespace cadenas::pbx {

struct NodeCounters;

/// Who sent the request is proved.
struct Accepted {
  std::shared_ptr<const store::Subscription> subscription;
};
/// To be answered 401 with each value in a WWW-Authenticate of its own, in order (RFC 8760 §2.4).
struct Challenge {
  std::vector<std::string> www_authenticate;
  bool stale = false;
};
/// To be answered with `status`, and Retry-After if `retry_after_s` is not 0.
struct Refused {
  int status = 503;
  std::uint32_t retry_after_s = 0;
};
using AuthOutcome = std::variant<Accepted, Challenge, Refused>;

/// Digest authentication of requests outside a dialog (RFC 3261 §22, RFC 7616, RFC 8760): always asked for. Belongs to
/// one loop.
///
/// A REGISTER must come from the subscription of its To, anything else from that of its From or, where that is no
/// number of ours, from the one the credentials name. No user enumeration: an unknown number, a wrong password and
/// another user's credentials cost the same digest and get the same answer.
///
/// Nonces hold on the loop that made them: accepted elsewhere they could be replayed there. A phone whose next
/// connection lands on another loop is told `stale` and answers again without asking its user.
///
/// Back-off (GuessGuard) is answered with 503 and Retry-After, over UDP too: the answer is shorter than the request, so
/// it amplifies nothing; silence would make an honest phone retransmit eleven times; and 403 makes phones give up.
///
/// The credentials' uri is not compared with the Request-URI: clients in use (SIPp) write another, and replay is held
/// off by the nonce count.
class Authenticator {
 public:
  struct Settings {
    /// What is offered, in this order, and accepted; not empty. MD5 alone by default: phones in the field know no
    /// other, and some (libre 1.1, so baresip) give up when a SHA-256 challenge stands beside the MD5 one, though RFC
    /// 8760 §2.4 tells them to take the one they know.
    std::vector<sip::DigestAlgorithm> algorithms{sip::DigestAlgorithm::md5};
    sip::NonceBook::Settings nonces;
    GuessGuard::Settings guessing;
  };

  /// `snapshot` gives the model at each request; all references must outlive this.
  using SnapshotSource = std::function<std::shared_ptr<const store::Snapshot>()>;
  Authenticator(SnapshotSource snapshot, const base::Clock& clock, NodeCounters& counters, Settings settings);
  Authenticator(SnapshotSource snapshot, const base::Clock& clock, NodeCounters& counters);

  AuthOutcome check(const sip::MessageView& request, const sip::Flow& flow);
  void on_flow_closed(const sip::Flow& flow) { guard_.forget(flow); }
  std::size_t remembered() const { return nonces_.remembered() + guard_.entries(); }

 private:
  Challenge challenge(const std::string& realm, bool stale);

  bool offers(sip::DigestAlgorithm algorithm) const;

  SnapshotSource snapshot_;
  NodeCounters& counters_;
  std::vector<sip::DigestAlgorithm> algorithms_;
  sip::NonceBook nonces_;
  GuessGuard guard_;
  std::string fake_md5_;  // what unknown users are checked against
  std::string fake_sha256_;
};

}  // namespace cadenas::pbx
