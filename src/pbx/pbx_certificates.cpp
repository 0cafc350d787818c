// The certificate's life, the CAs of phones, and revocation (CERT-1, CERT-2, CERT-7).
#include <utility>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

void Pbx::Parts::renew() {
  if (!certificate_.current()) return;
  if (auto looked = keeper_.put_into_service(names(store_->snapshot()->settings), demands(service_->mode())); !looked) {
    base::log::error("cert.not-renewed", {{"code", looked.error().code}, {"message", looked.error().message}});
  }
}

void Pbx::Parts::fetch_lists() {
  const auto own = certificate_.current();
  const auto model = store_->snapshot();
  auto uris = trust_.distribution_points(own ? &*own : nullptr, model->settings.phone_certificates.crl_uris);
  trust_.look_at_dates();
  if (uris.empty()) return;
  fetcher_.fetch(std::move(uris), trust_.certificates(), [this](const std::vector<pki::FetchedCrl>& fetched) {
    office_.post([this, fetched] {
      for (const auto& point : fetched) {
        if (point.outcome) continue;
        base::log::warning(point.outcome.error().code,
                           {{"uri", point.uri}, {"message", point.outcome.error().message}});
      }
      trust_.take_fetched(fetched);
      audit();
    });
  });
}

void Pbx::Parts::audit() {
  const auto index = trust_.revocation()->load();
  if (!index) return;
  for (const auto& node : nodes_) {
    node->loop().post([this, index, &node = *node] {
      auto closed = node.audit(*index);
      if (!closed.empty()) office_.post([this, closed = std::move(closed)] { journal_revoked(closed); });
    });
  }
}

void Pbx::Parts::journal_revoked(const std::vector<RevokedPeer>& closed) {
  for (const RevokedPeer& peer : closed) {
    const std::string& subject = peer.flow.tls->peer_subject;
    const std::string whose = peer.position == 0 ? "Its certificate" : "A certificate it rests on";
    base::log::warning("revocation.connection-closed",
                       {{"peer", peer.flow.remote.to_string()}, {"subject", subject}, {"position", peer.position}});
    store::JournalEntry entry;
    entry.at = office_.clock().now();
    entry.actor = "system";
    entry.code = "revocation.connection-closed";
    entry.message = "The connection of " + peer.flow.remote.to_string() + " was closed. " + whose + " was revoked.";
    entry.subject = subject;
    store_->write_journal(std::move(entry), {});
  }
}

void Pbx::Parts::regenerate_certificate(Done<pki::Certificate> done) {
  office_.post([this, done = std::move(done)] { done(keeper_.regenerate(names(store_->snapshot()->settings))); });
}

void Pbx::Parts::import_certificate(base::Bytes file, base::SecretBytes password,
                                    std::function<void(ImportedCertificate)> done) {
  // Shared, because a posted function is copied and a secret is not.
  const auto kept = std::make_shared<const base::SecretBytes>(std::move(password));
  office_.post([this, kept, file = std::move(file), done = std::move(done)] {
    const auto facts = facts_for_import(store_->snapshot()->settings, configuration_.sip.addresses);
    done(keeper_.import(file, *kept, facts, office_.clock().now()));
    look_at_alarms();
  });
}

void Pbx::Parts::load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) {
  office_.post([this, pem = std::move(pem), done = std::move(done)] {
    auto loaded = trust_.replace_authorities(pem);
    if (loaded) {
      if (auto taken = take(store_->snapshot()->settings); !taken) {
        done(tl::unexpected(taken.error()));
        return;
      }
      fetch_lists();
    }
    done(std::move(loaded));
  });
}

void Pbx::Parts::add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) {
  office_.post([this, octets = std::move(octets), done = std::move(done)] {
    auto added = trust_.add_lists(octets);
    if (added) audit();
    look_at_alarms();
    done(std::move(added));
  });
}

}  // namespace cadenas::pbx
