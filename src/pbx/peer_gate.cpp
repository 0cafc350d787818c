#include "pbx/peer_gate.hpp"

#include <algorithm>
#include <utility>

#include "pbx/counters.hpp"
#include "pbx/refusal_log.hpp"
#include "pbx/trunk_match.hpp"

namespace cadenas::pbx {

namespace {

bool is_trunk(const sip::Flow& flow, const store::Snapshot& model) {
  return trunk_behind(flow, model) != nullptr;
}

// A phone behind the address of a trunk is taken for the trunk: the declaration says who speaks from there.
bool contradicts_trunk(const sip::Flow& flow, const store::Snapshot& model) {
  return std::any_of(model.trunks.begin(), model.trunks.end(), [&](const auto& entry) {
    const store::Trunk& trunk = *entry.second;
    return !trunk.tls_identity.empty() && comes_from(flow, trunk) && !shows_identity(flow, trunk);
  });
}

}  // namespace

bool stands_in_bothway(const sip::Flow& flow, const store::Snapshot& model) {
  if (!sip::is_secure(flow.transport)) return is_trunk(flow, model);
  return flow.tls && flow.tls->peer_verified && !contradicts_trunk(flow, model);
}

PeerGate::PeerGate(Authenticator::SnapshotSource snapshot, RefusalLog& refusals, NodeCounters& counters,
                   const base::Clock& clock)
    : snapshot_(std::move(snapshot)), refusals_(refusals), counters_(counters), clock_(clock) {}

bool PeerGate::hears(const sip::Flow& flow) {
  if (!bothway_) return true;
  const auto model = snapshot_();
  if (!sip::is_secure(flow.transport)) {
    if (is_trunk(flow, *model)) return true;
    return refuse(flow, {"mode.not-a-trunk",
                         "In BOTHWAY, UDP and TCP are for declared SIP trunks only, and this address is none.", ""});
  }
  if (!flow.tls || !contradicts_trunk(flow, *model)) return true;
  return refuse(flow, {"mode.trunk-identity",
                       "The certificate shown from the address of this trunk does not bear the declared name.",
                       flow.tls->peer_subject});
}

bool PeerGate::may_register(const sip::Flow& flow, const std::string& number) {
  if (!bothway_ || !flow.tls || !snapshot_()->settings.phone_certificates.bound_to_subscription) return true;
  if (certificate_names(*flow.tls, number)) return true;
  return refuse(
      flow,
      {"register.certificate",
       "The certificate " + flow.tls->peer_subject + " names another subscription than the one it asks for.", number});
}

void PeerGate::note_refused(const sip::Flow& flow, const base::Error& why) {
  refusals_.note(flow, why, clock_.now());
}

void PeerGate::note_relay(const sip::Flow& flow, const std::string& number) {
  (void)refuse(flow, {"trunk.no-relay", "A trunk asked for a number behind a trunk: calls are not relayed.", number});
}

bool PeerGate::refuse(const sip::Flow& flow, base::Error why) {
  counters_.not_heard.add();
  refusals_.note(flow, why, clock_.now());
  return false;
}

}  // namespace cadenas::pbx
