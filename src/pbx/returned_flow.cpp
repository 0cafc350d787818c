#include "pbx/returned_flow.hpp"

#include <utility>

#include "sip/uri.hpp"

namespace cadenas::pbx {

namespace {

std::string user_of(const std::string& text) {
  const auto uri = sip::Uri::parse(text);
  return uri ? uri->unescaped_user() : std::string();
}

}  // namespace

std::optional<sip::Flow> returned_flow(const std::vector<Binding>& bindings, const LostParty& lost) {
  const std::string user = user_of(lost.remote_target);
  std::vector<const Binding*> fresh;
  for (const Binding& binding : bindings) {
    const sip::Flow& flow = binding.flow;
    if (flow.transport != lost.flow.transport || flow == lost.flow || lost.known.contains(flow.connection)) continue;
    if (binding.contact_uri == lost.remote_target) return flow;
    if (!user.empty() && user_of(binding.contact_uri) == user) fresh.push_back(&binding);
  }
  std::vector<const Binding*> at_home;
  for (const Binding* binding : fresh) {
    if (binding->flow.remote.host_only() == lost.flow.remote.host_only()) at_home.push_back(binding);
  }
  if (!at_home.empty()) fresh = std::move(at_home);
  return fresh.size() == 1 ? std::optional(fresh.front()->flow) : std::nullopt;
}

}  // namespace cadenas::pbx
