#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_certificate.hpp"
#include "admin/json_settings.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/metrics.hpp"
#include "admin/object_reader.hpp"
#include "admin/openapi.hpp"
#include "admin/warnings.hpp"

namespace cadenas::admin {

namespace {

boost::json::object status_json(const Exchange& exchange) {
  const Context& context = *exchange.context;
  const auto snapshot = context.store.snapshot();
  const auto certificate = context.pbx.certificate();
  const pbx::Health health = context.pbx.health();
  const auto now = context.clock.now();
  boost::json::array listeners;
  for (const pbx::ListeningAt& at : health.listening) {
    listeners.push_back({{"transport", sip::to_string(at.transport)}, {"address", at.address.to_string()}});
  }
  boost::json::array notices;
  auto found = warnings(snapshot->settings, certificate, now);
  found.insert(found.end(), health.findings.begin(), health.findings.end());
  for (const base::Error& warning : found) {
    notices.push_back({{"code", warning.code}, {"message", warning.message}, {"where", warning.field}});
  }
  const auto up = std::chrono::floor<std::chrono::seconds>(context.clock.steady() - context.started);
  return {{"version", CADENAS_VERSION},
          {"system_id", snapshot->settings.system_id},
          {"time", timestamp(now)},
          {"uptime_s", up.count()},
          {"mode", store::to_string(health.mode)},
          {"encryption_unlocked", snapshot->settings.licensed},
          {"voice_encryption", snapshot->settings.voice_encryption},
          {"certificate_state",
           certificate ? boost::json::value(pki::to_string(certificate->state(now))) : boost::json::value(nullptr)},
          {"certificate_not_after",
           certificate ? boost::json::value(timestamp(certificate->facts().not_after)) : boost::json::value(nullptr)},
          {"listeners", std::move(listeners)},
          {"subscriptions", snapshot->subscriptions.size()},
          {"warnings", std::move(notices)}};
}

}  // namespace

void get_health(const Exchange&, const Reply& reply) {
  reply(ok({{"status", "ok"}}));
}

void get_description(const Exchange&, const Reply& reply) {
  reply({200, "application/json", std::string(openapi_document), {}});
}

void get_metrics(const Exchange& exchange, const Reply& reply) {
  Context& context = *exchange.context;
  auto samples = context.pbx.counters();
  add_own_samples(samples, *context.store.snapshot(), context.pbx.certificate(), context.clock.now(),
                  context.sessions.size());
  reply({200, "text/plain; version=0.0.4; charset=utf-8", exposition(samples), {}});
}

void get_status(const Exchange& exchange, const Reply& reply) {
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.registrations(on_api_thread<std::vector<pbx::RegistrationView>>(
      exchange, [=](const std::vector<pbx::RegistrationView>& registrations) {
        const std::size_t registered = registrations.size();
        kept.context->pbx.calls(
            on_api_thread<std::vector<pbx::CallView>>(kept, [=](const std::vector<pbx::CallView>& calls) {
              boost::json::object body = status_json(kept);
              body["registrations"] = registered;
              body["calls"] = calls.size();
              reply(ok(body));
            }));
      }));
}

void get_certificate(const Exchange& exchange, const Reply& reply) {
  const auto certificate = exchange.context->pbx.certificate();
  if (!certificate) {
    return reply(problem({"certificate.unknown", "No certificate is in service (MODE-1).", ""}));
  }
  const auto now = exchange.context->clock.now();
  boost::json::object body = to_json(*certificate, now);
  const auto ocsp = exchange.context->pbx.ocsp();
  body["ocsp"] = to_json(ocsp ? *ocsp : pki::OcspState{}, now);
  reply(ok(body));
}

void get_certificate_trust(const Exchange& exchange, const Reply& reply) {
  const auto certificate = exchange.context->pbx.certificate();
  if (!certificate) {
    return reply(problem({"certificate.unknown", "No certificate is in service (MODE-1).", ""}));
  }
  const auto trusted = exchange.context->pbx.trusted_by_phones();
  if (trusted.empty()) {
    return reply(
        problem({"certificate.unknown",
                 "The imported file held no CA: ask " + certificate->facts().issuer + " for its certificate.", ""}));
  }
  reply(ok(trust_json(trusted, exchange.context->clock.now())));
}

void regenerate_certificate(const Exchange& exchange, const Reply& reply) {
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.regenerate_certificate(
      on_api_thread<base::Result<pki::Certificate>>(exchange, [=](const base::Result<pki::Certificate>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "certificate.regenerated", "A new self-signed certificate was made and put into service.",
             done->facts().fingerprint_sha256);
        reply(ok(to_json(*done, kept.context->clock.now())));
      }));
}

// An error among the findings is no failure of the request: all of them are the answer, with `imported` false.
void import_certificate(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  const std::string encoded = reader->required_text("pkcs12");
  auto password = base::SecretBytes::copy_of(base::as_bytes(reader->required_text("password")));
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));
  auto file = base::from_base64(encoded);
  if (!file) return reply(problem({"request.member-value", "The PKCS#12 file must be in Base64.", "pkcs12"}));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.import_certificate(
      *std::move(file), std::move(password),
      on_api_thread<pbx::ImportedCertificate>(exchange, [=](const pbx::ImportedCertificate& done) {
        if (done.certificate) {
          note(kept, "certificate.imported", "A trusted certificate was imported.",
               done.certificate->facts().fingerprint_sha256);
        }
        reply(ok(to_json(done, kept.context->clock.now())));
      }));
}

void list_journal(const Exchange& exchange, const Reply& reply) {
  const auto limit = read_limit(exchange.request);
  if (!limit) return reply(problem(limit.error()));
  using Entries = base::Result<std::vector<store::JournalEntry>>;
  exchange.context->store.recent_journal(*limit, on_api_thread<Entries>(exchange, [=](const Entries& entries) {
    if (!entries) return reply(problem(entries.error()));
    boost::json::array out;
    for (const auto& entry : *entries) out.push_back(to_json(entry));
    reply(ok({{"journal", std::move(out)}}));
  }));
}

}  // namespace cadenas::admin
