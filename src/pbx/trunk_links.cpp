#include "pbx/trunk_links.hpp"

#include <algorithm>
#include <utility>

#include "base/loop.hpp"
#include "pbx/refusal_log.hpp"
#include "pbx/trunk_states.hpp"
#include "pbx/trunk_tls.hpp"

namespace cadenas::pbx {

namespace {

sip::Transport transport_to(const store::Trunk& trunk) {
  switch (trunk.transport) {
    case store::TrunkTransport::udp:
      return sip::Transport::udp;
    case store::TrunkTransport::tcp:
      return sip::Transport::tcp;
    case store::TrunkTransport::tls:
      break;
  }
  return sip::Transport::tls;
}

}  // namespace

TrunkLinks::TrunkLinks(sip::TransportLayer& transport, const TrunkTls& tls, RefusalLog& refusals, TrunkStates& states)
    : transport_(transport), tls_(tls), refusals_(refusals), states_(states) {}

void TrunkLinks::reach(const std::shared_ptr<const store::Trunk>& trunk, Reached reached) {
  const auto kept = std::find_if(connections_.begin(), connections_.end(),
                                 [&](const auto& entry) { return entry.second.trunk == trunk; });
  if (kept != connections_.end()) {
    return transport_.loop().post([reached = std::move(reached), flow = kept->second.flow] { reached(flow); });
  }
  const auto [at, first] = dialling_.try_emplace(trunk);
  at->second.push_back(std::move(reached));
  if (first) dial(trunk);
}

void TrunkLinks::dial(const Declared& trunk) {
  sip::ConnectOptions options;
  if (trunk->transport == store::TrunkTransport::tls) {
    auto context = tls_.context(trunk->verify_server);
    if (!context) {
      return transport_.loop().post([this, trunk, error = context.error()] { dialled(trunk, tl::unexpected(error)); });
    }
    options.tls = *std::move(context);
    options.server_name = trunk->tls_identity.empty() ? trunk->address : trunk->tls_identity;
  }
  const auto remote = base::Endpoint::parse(trunk->address, store::destination_port(*trunk));
  if (!remote) {
    return transport_.loop().post([this, trunk, error = remote.error()] { dialled(trunk, tl::unexpected(error)); });
  }
  transport_.connect(transport_to(*trunk), *remote, options,
                     [this, trunk](const base::Result<sip::Flow>& flow) { dialled(trunk, flow); });
}

void TrunkLinks::dialled(const Declared& trunk, const base::Result<sip::Flow>& flow) {
  const auto now = transport_.loop().clock().now();
  if (!flow) {
    states_.note(trunk->name, tl::unexpected(flow.error()), now);
    if (flow.error().code.starts_with("tls.server-")) {
      sip::Flow to;
      to.transport = sip::Transport::tls;
      if (const auto remote = base::Endpoint::parse(trunk->address, store::destination_port(*trunk))) {
        to.remote = *remote;
      }
      refusals_.note(to, flow.error(), now);
    }
  } else if (flow->connection != 0) {
    // Over UDP nothing was tried yet.
    connections_[flow->connection] = {trunk, *flow};
    states_.note(trunk->name, {}, now);
  }
  auto waiting = dialling_.extract(trunk);
  for (const Reached& reached : waiting.mapped()) reached(flow);
}

std::shared_ptr<const store::Trunk> TrunkLinks::trunk_of(const sip::Flow& flow, const store::Snapshot& model) const {
  const auto found = connections_.find(flow.connection);
  if (found == connections_.end()) return nullptr;
  const auto declared = model.trunks.find(found->second.trunk->name);
  return declared != model.trunks.end() && declared->second == found->second.trunk ? declared->second : nullptr;
}

void TrunkLinks::on_flow_closed(const sip::Flow& flow) {
  connections_.erase(flow.connection);
}

unsigned home_of_udp_trunk(const base::Endpoint& remote, unsigned loops) {
  return static_cast<unsigned>(remote.host_only().hash() % loops);
}

}  // namespace cadenas::pbx
