#include "pbx/routing.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::pbx {

namespace {

std::optional<TdmTrunkCall> route_to_tdm(const store::Snapshot& model, std::string_view number) {
  std::shared_ptr<const store::TdmPort> by;
  for (const auto& [name, port] : model.tdm_ports) {
    if (port->prefix.empty() || !number.starts_with(port->prefix)) continue;
    if (!by || port->prefix.size() > by->prefix.size()) by = port;
  }
  if (!by || number.size() <= by->strip) return std::nullopt;
  std::string dialled(number.substr(by->strip));
  return TdmTrunkCall{std::move(by), std::move(dialled)};
}

std::size_t matched(const TrunkCall& call, std::string_view number) {
  std::size_t longest = 0;
  for (const store::TrunkRoute& route : call.trunk->routes) {
    if (number.starts_with(route.prefix)) longest = std::max(longest, route.prefix.size());
  }
  return longest;
}

}  // namespace

std::optional<Destination> route(const store::Snapshot& model, std::string_view number) {
  if (const auto at = model.subscriptions.find(number); at != model.subscriptions.end()) return at->second;
  if (auto terminal = model.tdm_terminal(number)) return terminal;
  if (const auto at = model.rooms.find(number); at != model.rooms.end()) return at->second;
  auto sip = route_to_trunk(model, number);
  auto tdm = route_to_tdm(model, number);
  if (sip && tdm) {
    if (matched(*sip, number) >= tdm->channel->prefix.size()) return *sip;
    return *tdm;
  }
  if (sip) return *sip;
  if (tdm) return *tdm;
  return std::nullopt;
}

Dialled judge_dialled(const store::Snapshot& model, std::string_view digits) {
  const auto whole = route(model, digits);
  const bool may_grow = whole && leads_out(*whole);
  const auto is_begun_by = [digits](std::string_view number) {
    return number.size() > digits.size() && number.starts_with(digits);
  };
  bool begun = false;
  for (const auto& [number, subscription] : model.subscriptions) begun = begun || is_begun_by(number);
  for (const auto& [number, room] : model.rooms) begun = begun || is_begun_by(number);
  for (const auto& [name, port] : model.tdm_ports)
    begun = begun || is_begun_by(port->number) || is_begun_by(port->prefix);
  for (const auto& [name, trunk] : model.trunks) {
    for (const store::TrunkRoute& route : trunk->routes) {
      // All of a prefix that nothing was dialled after yet.
      begun = begun || is_begun_by(route.prefix) || (!whole && digits.starts_with(route.prefix));
    }
  }
  for (const auto& [name, port] : model.tdm_ports) {
    begun = begun || (!whole && !port->prefix.empty() && digits.starts_with(port->prefix));
  }
  if (whole) return begun || may_grow ? Dialled::may_grow : Dialled::number;
  return begun ? Dialled::begun : Dialled::nothing;
}

}  // namespace cadenas::pbx
