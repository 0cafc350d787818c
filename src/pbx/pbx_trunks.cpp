// The ways out to SIP trunks (ENC-7).
#include <utility>

#include "pbx/pbx_parts.hpp"
#include "pbx/trunk_links.hpp"
#include "pbx/trunk_probes.hpp"

namespace cadenas::pbx {

// UDP goes out by the loop that the trunk's answers are handed to.
unsigned Pbx::Parts::loop_of(const store::Trunk& trunk, unsigned otherwise) const {
  if (trunk.transport != store::TrunkTransport::udp) return otherwise;
  const auto remote = base::Endpoint::parse(trunk.address, 0);
  return remote ? home_of_udp_trunk(*remote, loops_.size()) : otherwise;
}

// TCP and TLS by the loop of the call itself.
void Pbx::Parts::reach(const std::shared_ptr<const store::Trunk>& trunk, base::Loop& answer_on,
                       std::function<void(base::Result<sip::Flow>)> reached) {
  Node& node = *nodes_[loop_of(*trunk, answer_on.index())];
  node.loop().post([&node, trunk, &answer_on, reached = std::move(reached)] {
    node.trunks().reach(trunk, [&answer_on, reached](const base::Result<sip::Flow>& flow) {
      answer_on.post([reached, flow] { reached(flow); });
    });
  });
}

void Pbx::Parts::probe_trunks() {
  for (const auto& [name, trunk] : store_->snapshot()->trunks) {
    Node& node = *nodes_[loop_of(*trunk, 0)];
    node.loop().post([&node, trunk = trunk] { node.trunk_probes().probe(trunk); });
  }
}

// A trunk declared anew is tried at once, so that whoever declared it reads how it is.
void Pbx::Parts::follow_trunks() {
  const auto model = store_->snapshot();
  if (model->trunks == trunks_seen_) return;
  for (const auto& [name, trunk] : trunks_seen_) {
    const auto still = model->trunks.find(name);
    if (still == model->trunks.end() || still->second != trunk) trunk_states_.forget(name);
  }
  trunks_seen_ = model->trunks;
  if (running_) probe_trunks();
}

}  // namespace cadenas::pbx
