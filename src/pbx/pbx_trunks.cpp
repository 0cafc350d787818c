// The ways out to SIP trunks (ENC-7).
#include <utility>

#include "pbx/pbx_parts.hpp"
#include "pbx/trunk_links.hpp"

namespace cadenas::pbx {

// TCP and TLS from the loop of the call itself, UDP from the one the trunk's answers are handed to.
void Pbx::Parts::reach(const std::shared_ptr<const store::Trunk>& trunk, base::Loop& answer_on,
                       std::function<void(base::Result<sip::Flow>)> reached) {
  unsigned index = answer_on.index();
  if (trunk->transport == store::TrunkTransport::udp) {
    if (const auto remote = base::Endpoint::parse(trunk->address, 0)) index = home_of_udp_trunk(*remote, loops_.size());
  }
  Node& node = *nodes_[index];
  node.loop().post([&node, trunk, &answer_on, reached = std::move(reached)] {
    node.trunks().reach(trunk, [&answer_on, reached](const base::Result<sip::Flow>& flow) {
      answer_on.post([reached, flow] { reached(flow); });
    });
  });
}

}  // namespace cadenas::pbx
