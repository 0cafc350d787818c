#include "pbx/certificate_keeper.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "pki/certificate_import.hpp"

namespace cadenas::pbx {

pki::SelfSignedNames certificate_names(const store::SystemSettings& settings,
                                       const std::vector<std::string>& listening) {
  pki::SelfSignedNames names;
  std::vector<std::string> addresses = settings.tel_addresses.empty() ? listening : settings.tel_addresses;
  addresses.insert(addresses.end(), settings.admin_addresses.begin(), settings.admin_addresses.end());
  for (const auto& address : addresses) {
    if (names.tel_address.empty()) {
      names.tel_address = address;
    } else if (address != names.tel_address && std::find(names.other_addresses.begin(), names.other_addresses.end(),
                                                         address) == names.other_addresses.end()) {
      names.other_addresses.push_back(address);
    }
  }
  names.host_names = settings.fqdns;
  return names;
}

pki::SystemFacts facts_for_import(const store::Snapshot& model, const std::vector<std::string>& listening) {
  const store::SystemSettings& settings = model.settings;
  const pki::SelfSignedNames names = certificate_names(settings, listening);
  pki::SystemFacts facts{.tel_address = names.tel_address};
  facts.other_addresses = names.other_addresses;
  if (!names.host_names.empty()) {
    facts.tel_host_name = names.host_names.front();
    facts.other_host_names.assign(names.host_names.begin() + 1, names.host_names.end());
    facts.reached = pki::Reach::both;
  }
  facts.phones_5300 = std::any_of(model.subscriptions.begin(), model.subscriptions.end(), [](const auto& entry) {
    return entry.second->terminal == store::TerminalKind::mivoice5300;
  });
  facts.multisite = settings.inter_ipbx_encryption;
  facts.encryption_unlocked = settings.licensed;
  return facts;
}

CertificateKeeper::CertificateKeeper(pki::IdentityStore identities, pki::SelfSignedOptions options,
                                     pki::TlsCompatibility compatibility, std::shared_ptr<const pki::LiveStaple> staple,
                                     CertificateInService& in_service)
    : identities_(std::move(identities)),
      options_(options),
      compatibility_(compatibility),
      staple_(std::move(staple)),
      in_service_(in_service) {}

base::Result<std::shared_ptr<pki::TlsServerContext>> CertificateKeeper::put_into_service(
    const pki::SelfSignedNames& names, ClientDemands demands) {
  const auto stored = identities_.open(names, options_);
  if (!stored) return tl::unexpected(stored.error());
  if (auto served = serve(*stored, std::move(demands)); !served) return tl::unexpected(served.error());
  return context_;
}

base::Result<pki::Certificate> CertificateKeeper::regenerate(const pki::SelfSignedNames& names) {
  const auto stored = identities_.regenerate(names, options_);
  if (!stored) return tl::unexpected(stored.error());
  if (in_service_.identity()) {
    if (auto served = serve(*stored, demands_); !served) return tl::unexpected(served.error());
  }
  return stored->identity->leaf();
}

ImportedCertificate CertificateKeeper::import(base::ByteView file, const base::SecretBytes& password,
                                              const pki::SystemFacts& system, base::WallTime now) {
  pki::ImportOutcome outcome = pki::import_certificate(file, password, system, now);
  ImportedCertificate out{std::nullopt, std::move(outcome.findings)};
  const auto refuse = [&out](const base::Error& error) {
    out.findings.push_back({pki::Severity::error, error});
    return std::move(out);
  };
  if (!outcome.identity) return out;
  // Tried before a file is touched: what cannot be served must not take the place of what is.
  const auto identity = std::make_shared<const pki::Identity>(*std::move(outcome.identity));
  const auto trial = std::make_shared<pki::LiveIdentity>(identity);
  if (auto tried = pki::TlsServerContext::make(trial, options_for(demands_)); !tried) {
    return refuse(tried.error());
  }
  const auto stored = identities_.import(identity);
  if (!stored) return refuse(stored.error());
  if (in_service_.identity()) {
    if (auto served = serve(*stored, demands_); !served) return refuse(served.error());
  }
  out.certificate = stored->identity->leaf();
  return out;
}

pki::TlsServerOptions CertificateKeeper::options_for(const ClientDemands& demands) const {
  pki::TlsServerOptions out;
  out.compatibility = compatibility_;
  out.client_certificates = demands.certificates;
  out.trust_anchors = demands.trust_anchors;
  out.revocation = demands.revocation;
  out.clock = demands.clock;
  out.staple = staple_;
  return out;
}

base::Result<void> CertificateKeeper::serve(const pki::StoredIdentity& stored, ClientDemands demands) {
  for (const auto& finding : stored.findings) base::log::info(finding.code, {{"message", finding.message}});
  {
    const std::lock_guard lock(noting_);
    findings_ = stored.findings;
  }
  if (!live_) {
    live_ = std::make_shared<pki::LiveIdentity>(stored.identity);
  } else if (!(live_->current()->leaf() == stored.identity->leaf())) {
    live_->replace(stored.identity);
  }
  if (!context_) {
    auto made = pki::TlsServerContext::make(live_, options_for(demands));
    if (!made) return tl::unexpected(made.error());
    context_ = *std::move(made);
  } else if (!(demands == demands_)) {
    if (auto changed = context_->reconfigure(options_for(demands)); !changed) return changed;
  } else if (auto refreshed = context_->refresh(); !refreshed) {
    return refreshed;
  }
  demands_ = std::move(demands);
  in_service_.set(stored.identity);
  return {};
}

void CertificateKeeper::retire() {
  in_service_.set(nullptr);
  const std::lock_guard lock(noting_);
  findings_.clear();
}

std::vector<base::Error> CertificateKeeper::findings() const {
  const std::lock_guard lock(noting_);
  return findings_;
}

}  // namespace cadenas::pbx
