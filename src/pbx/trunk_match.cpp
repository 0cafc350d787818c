#include "pbx/trunk_match.hpp"

#include <algorithm>

#include "sip/uri.hpp"

namespace cadenas::pbx {

namespace {

// None is declared for WebSockets: from the address of a trunk they come from a browser there.
std::optional<store::TrunkTransport> transport_of(const sip::Flow& flow) {
  switch (flow.transport) {
    case sip::Transport::udp:
      return store::TrunkTransport::udp;
    case sip::Transport::tcp:
      return store::TrunkTransport::tcp;
    case sip::Transport::tls:
      return store::TrunkTransport::tls;
    case sip::Transport::wss:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool certificate_names(const sip::TlsFacts& tls, const std::string& name) {
  return std::find(tls.peer_names.begin(), tls.peer_names.end(), name) != tls.peer_names.end();
}

bool comes_from(const sip::Flow& flow, const store::Trunk& trunk) {
  if (trunk.transport != transport_of(flow)) return false;
  const std::uint16_t port = flow.remote.port();
  if (trunk.port != 0 && trunk.port != port && store::destination_port(trunk) != port) return false;
  // Both sides by value, so that "::1" and its long form are one address.
  const auto declared = base::Endpoint::parse(trunk.address, 0);
  return declared && *declared == flow.remote.host_only();
}

bool shows_identity(const sip::Flow& flow, const store::Trunk& trunk) {
  if (trunk.transport != store::TrunkTransport::tls || !trunk.verify_server) return true;
  if (!flow.tls || !flow.tls->peer_verified) return false;
  return trunk.tls_identity.empty() || certificate_names(*flow.tls, trunk.tls_identity);
}

std::shared_ptr<const store::Trunk> trunk_behind(const sip::Flow& flow, const store::Snapshot& model) {
  for (const auto& [name, trunk] : model.trunks) {
    if (comes_from(flow, *trunk) && shows_identity(flow, *trunk)) return trunk;
  }
  return nullptr;
}

std::optional<TrunkCall> route_to_trunk(const store::Snapshot& model, std::string_view number) {
  std::shared_ptr<const store::Trunk> best;
  const store::TrunkRoute* by = nullptr;
  for (const auto& [name, trunk] : model.trunks) {
    for (const store::TrunkRoute& route : trunk->routes) {
      if (!number.starts_with(route.prefix) || (by && by->prefix.size() >= route.prefix.size())) continue;
      best = trunk;
      by = &route;
    }
  }
  if (!by || number.size() <= by->strip) return std::nullopt;
  return TrunkCall{std::move(best), std::string(number.substr(by->strip))};
}

std::string uri_at_trunk(const TrunkCall& to, const sip::Flow& flow) {
  const std::string host = flow.remote.is_v6() ? "[" + flow.remote.address() + "]" : flow.remote.address();
  std::string uri = "sip:" + sip::escape_user(to.dialled) + "@" + host + ":" + std::to_string(flow.remote.port());
  if (flow.transport == sip::Transport::tcp) uri += ";transport=tcp";
  if (flow.transport == sip::Transport::tls) uri += ";transport=tls";
  return uri;
}

}  // namespace cadenas::pbx
