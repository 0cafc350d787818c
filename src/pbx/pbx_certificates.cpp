// The certificate's life, the CAs of phones, and revocation (CERT-1, CERT-2, CERT-7).
#include <utility>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

// The daily look: renews what is self-signed, tries again what could not be served.
void Pbx::Parts::renew() {
  const auto model = store_->snapshot();
  if (model->settings.mode == store::TransportMode::no_tls) return;
  if (auto looked = take(model->settings); !looked) {
    base::log::error("cert.not-renewed", {{"code", looked.error().code}, {"message", looked.error().message}});
  }
}

// What was made or kept in the place of what was there outlives the next look only here.
void Pbx::Parts::journal_identity() {
  for (const base::Error& finding : keeper_.findings()) {
    if (!finding.code.starts_with("identity.")) continue;
    store::JournalEntry entry;
    entry.at = office_.clock().now();
    entry.actor = "system";
    entry.code = finding.code;
    entry.message = finding.message;
    entry.subject = finding.field;
    store_->write_journal(std::move(entry), {});
  }
}

void Pbx::Parts::look_at_staple() {
  stapler_.look(certificate_.identity(), [this] { office_.post([this] { look_at_alarms(); }); });
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
  office_.post([this, done = std::move(done)] {
    const auto model = store_->snapshot();
    if (model->settings.mode == store::TransportMode::no_tls) {
      done(base::fail("mode.no-certificate", "NO TLS has no certificate: switch to PBX CERT first.", "mode"));
      return;
    }
    auto made = keeper_.regenerate(names(model->settings));
    if (made) journal_identity();
    if (made && !certificate_.identity()) {
      if (auto taken = take(model->settings); !taken) made = tl::unexpected(taken.error());
    }
    look_at_staple();
    done(std::move(made));
  });
}

void Pbx::Parts::import_certificate(base::Bytes file, base::SecretBytes password,
                                    std::function<void(ImportedCertificate)> done) {
  // Shared, because a posted function is copied and a secret is not.
  const auto kept = std::make_shared<const base::SecretBytes>(std::move(password));
  office_.post([this, kept, file = std::move(file), done = std::move(done)] {
    const auto model = store_->snapshot();
    const auto facts = facts_for_import(*model, configuration_.sip.addresses);
    auto imported = keeper_.import(file, *kept, facts, office_.clock().now());
    const bool wanted = model->settings.mode != store::TransportMode::no_tls;
    if (imported.certificate && wanted && !certificate_.identity()) {
      // It is stored; that it cannot be served yet has another reason.
      if (auto taken = take(model->settings); !taken) {
        imported.findings.push_back({pki::Severity::warning, taken.error()});
      }
    }
    look_at_alarms();
    look_at_staple();
    done(std::move(imported));
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
