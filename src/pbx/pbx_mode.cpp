// The mode in service and the settings that decide it (MODE-1 to MODE-7).
#include <utility>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"
#include "pbx/wait_for.hpp"

namespace cadenas::pbx {

// In PBX CERT certificates are asked for as soon as there is a CA to hold them against, so that who would go dark in
// BOTHWAY is known before it is switched on (MODE-8).
ClientDemands Pbx::Parts::demands(store::TransportMode mode) const {
  ClientDemands out;
  out.trust_anchors = trust_.certificates();
  out.revocation = trust_.revocation();
  out.clock = &office_.clock();
  if (mode == store::TransportMode::bothway) {
    out.certificates = pki::ClientCertificates::required;
  } else if (!out.trust_anchors.empty()) {
    out.certificates = pki::ClientCertificates::observed;
  }
  return out;
}

// On the office thread.
base::Result<void> Pbx::Parts::take(const store::SystemSettings& settings) {
  auto served = serve(settings);
  {
    const std::lock_guard lock(noting_);
    not_applied_ = served ? std::nullopt : std::optional(served.error());
  }
  mode_was_tried_ = true;
  office_.post([this] { look_at_alarms(); });
  return served;
}

// MODE-6: what a person can put right only with the API is no reason not to start. Nothing listens until then, and
// alarm, status and log say why.
base::Result<void> Pbx::Parts::take_at_start(const store::SystemSettings& settings) {
  auto taken = take(settings);
  if (taken || taken.error().code == "transport.listen") return taken;
  base::log::error("sip.mode-not-applied", {{"code", taken.error().code}, {"message", taken.error().message}});
  return {};
}

base::Result<void> Pbx::Parts::serve(const store::SystemSettings& settings) {
  const bool bothway = settings.mode == store::TransportMode::bothway;
  const auto& rules = settings.phone_certificates;
  const auto on_doubt = [](bool refuse) { return refuse ? pki::OnDoubt::refuse : pki::OnDoubt::warn; };
  trust_.set_policy({on_doubt(rules.refuse_without_crl), on_doubt(rules.refuse_on_stale_crl)});
  if (bothway && trust_.certificates().empty()) {
    return base::fail("mode.no-phone-ca",
                      "BOTHWAY needs the CAs that phones' certificates are under: load their PEM file first.", "mode");
  }
  std::shared_ptr<pki::TlsServerContext> tls;
  if (settings.mode != store::TransportMode::no_tls) {
    auto context = keeper_.put_into_service(names(settings), demands(settings.mode));
    if (!context) return tl::unexpected(context.error());
    tls = *std::move(context);
    journal_identity();
    // Before anything listens, so that the first handshake after a restart has its staple.
    if (!stapler_.state()) stapler_.take_kept(*certificate_.identity());
  }
  auto applied = wait_for<void>([&](auto done) { service_->apply(settings.mode, std::move(tls), std::move(done)); });
  if (service_->mode() == store::TransportMode::no_tls) {
    keeper_.retire();
    trunk_tls_.retire();
  } else {
    trunk_tls_.serve(trust_.certificates(), trust_.revocation(), office_.clock(), configuration_.tls, keeper_.live());
  }
  look_at_staple();
  if (applied && bothway) {
    locations_.remove_unless(
        [this](const std::string&, const sip::Flow& flow) { return stands_in_bothway(flow, *store_->snapshot()); },
        "registrar.bothway");
  }
  return applied;
}

base::Result<void> Pbx::Parts::take_and_store(const store::SystemSettings& settings) {
  const store::SystemSettings before = store_->snapshot()->settings;
  auto taken = take(settings);
  if (taken) {
    taken = wait_for<void>([&](auto done) { store_->change_settings(settings, std::move(done)); });
  }
  if (!taken) {
    if (auto back = take(before); !back) base::log::error("sip.mode-lost", {{"code", back.error().code}});
  } else if (!(settings.phone_certificates == before.phone_certificates)) {
    fetch_lists();
  }
  return taken;
}

// Settings that reached the store by another way, and subscriptions that left it.
void Pbx::Parts::follow() {
  // Asked number by number: the model of the change would not know who was added since and has registered already.
  locations_.remove_unless(
      [this](const std::string& number, const sip::Flow&) { return store_->snapshot()->find(number) != nullptr; },
      "registrar.subscription-removed");
  // What a change under way has stored is in service already when this runs.
  const auto now = store_->snapshot();
  look_at_alarms();
  follow_trunks();
  if (tdm_) TdmPorts::follow_everywhere(services_, now);
  if (now->settings.mode == service_->mode()) return;
  if (auto taken = take(now->settings); !taken) {
    base::log::error("sip.mode-not-applied", {{"code", taken.error().code}, {"message", taken.error().message}});
  }
}

void Pbx::Parts::set_mode(store::TransportMode mode, Done<void> done) {
  office_.post([this, mode, done = std::move(done)] {
    auto settings = store_->snapshot()->settings;
    settings.mode = mode;
    done(take_and_store(settings));
  });
}

void Pbx::Parts::change_settings(store::SystemSettings settings, Done<void> done) {
  office_.post([this, settings = std::move(settings), done = std::move(done)] { done(take_and_store(settings)); });
}

}  // namespace cadenas::pbx
