#include "pbx/bothway_rehearsal.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "pbx/peer_gate.hpp"
#include "pbx/trunk_match.hpp"

namespace cadenas::pbx {

namespace {

base::Error why_terminal() {
  return {"bothway.terminal", "A 5300 phone has no certificate of its own: it cannot work in BOTHWAY (MODE-8).", ""};
}

std::optional<base::Error> why_dark(const RegistrationView& registration, const store::Subscription& subscription,
                                    const store::Snapshot& model) {
  if (subscription.terminal == store::TerminalKind::mivoice5300) return why_terminal();
  const sip::Flow& flow = registration.flow;
  if (!sip::is_secure(flow.transport)) {
    if (stands_in_bothway(flow, model)) return std::nullopt;
    return base::Error{"bothway.transport",
                       "It is registered by " + std::string(sip::to_string(flow.transport)) +
                           ": BOTHWAY takes phones by TLS only. Set the phone to TLS, port 5061.",
                       ""};
  }
  if (!flow.tls || !flow.tls->peer_refusal) {
    return base::Error{"bothway.not-asked",
                       "Its certificate was not asked for, since no CA was loaded when it connected: have it register "
                       "again and repeat the dry run.",
                       ""};
  }
  if (*flow.tls->peer_refusal != pki::PeerRefusal::none) {
    pki::RefusedPeer refused;
    refused.reason = *flow.tls->peer_refusal;
    refused.subject = flow.tls->peer_subject;
    return refused.error();
  }
  if (!stands_in_bothway(flow, model)) {
    return base::Error{"mode.trunk-identity", "It registers from the address of a trunk declared with another name.",
                       ""};
  }
  if (model.settings.phone_certificates.bound_to_subscription && !certificate_names(*flow.tls, registration.number)) {
    return base::Error{"register.certificate", "Its certificate names another subscription than its own.", ""};
  }
  return std::nullopt;
}

}  // namespace

BothwayRehearsal rehearse_bothway(const store::Snapshot& model, const std::vector<RegistrationView>& registrations,
                                  const pki::PhoneAuthorities& authorities) {
  BothwayRehearsal out;
  if (authorities.empty()) {
    out.obstacles.push_back({"mode.no-phone-ca",
                             "BOTHWAY needs the CAs that phones' certificates are under: load their PEM file first.",
                             "phone_ca"});
  }
  if (model.settings.mode == store::TransportMode::no_tls) {
    out.obstacles.push_back(
        {"mode.no-tls", "No phone can be told by TLS in NO TLS: switch to PBX CERT first.", "mode"});
  }
  std::set<std::string_view> registered;
  for (const RegistrationView& registration : registrations) {
    const store::Subscription* subscription = model.find(registration.number);
    if (!subscription) continue;
    registered.insert(subscription->number);
    if (const auto why = why_dark(registration, *subscription, model)) {
      out.dark.push_back({registration.number, subscription->display_name, registration.contact_uri,
                          registration.user_agent, why->code, why->message});
    } else {
      ++out.safe;
    }
  }
  for (const auto& [number, subscription] : model.subscriptions) {
    if (registered.contains(number)) continue;
    if (subscription->terminal == store::TerminalKind::mivoice5300) {
      out.dark.push_back(
          {subscription->number, subscription->display_name, {}, {}, why_terminal().code, why_terminal().message});
    } else {
      ++out.unknown;
    }
  }
  std::stable_sort(out.dark.begin(), out.dark.end(),
                   [](const DarkPhone& a, const DarkPhone& b) { return a.number < b.number; });
  return out;
}

}  // namespace cadenas::pbx
