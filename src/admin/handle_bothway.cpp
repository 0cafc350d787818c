#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_bothway.hpp"
#include "admin/json_certificate.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

void get_phone_authorities(const Exchange& exchange, const Reply& reply) {
  const auto authorities = exchange.context->pbx.phone_authorities();
  reply(ok({{"authorities", to_json(*authorities, exchange.context->clock.now())}}));
}

void put_phone_authorities(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  std::string pem = reader->required_text("pem");
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));
  const Exchange kept{exchange.context, {}, exchange.caller};
  using Loaded = base::Result<std::vector<pki::Finding>>;
  exchange.context->pbx.load_phone_authorities(
      std::move(pem), on_api_thread<Loaded>(exchange, [=](const Loaded& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "phone-ca.loaded", "The CAs of phones were loaded.", "");
        const auto now = kept.context->clock.now();
        const auto loaded = kept.context->pbx.phone_authorities();
        reply(ok({{"authorities", to_json(*loaded, now)}, {"findings", findings_json(*done)}}));
      }));
}

void add_revocation_lists(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  const std::string encoded = reader->required_text("crl");
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));
  auto octets = base::from_base64(encoded);
  if (!octets) return reply(problem({"request.member-value", "The revocation list must be in Base64.", "crl"}));
  const Exchange kept{exchange.context, {}, exchange.caller};
  using Added = base::Result<std::vector<pki::CrlFacts>>;
  exchange.context->pbx.add_revocation_lists(*std::move(octets), on_api_thread<Added>(exchange, [=](const Added& done) {
    if (!done) return reply(problem(done.error()));
    boost::json::array lists;
    for (const auto& list : *done) {
      note(kept, "crl.loaded", "A revocation list was loaded.", list.issuer);
      lists.push_back(to_json(list));
    }
    reply(ok({{"revocation_lists", std::move(lists)}}));
  }));
}

void rehearse_bothway(const Exchange& exchange, const Reply& reply) {
  exchange.context->pbx.rehearse_bothway(on_api_thread<pbx::BothwayRehearsal>(
      exchange, [=](const pbx::BothwayRehearsal& rehearsal) { reply(ok(to_json(rehearsal))); }));
}

void list_refusals(const Exchange& exchange, const Reply& reply) {
  boost::json::array out;
  for (const pbx::Refusal& refusal : exchange.context->pbx.refusals()) out.push_back(to_json(refusal));
  reply(ok({{"refusals", std::move(out)}}));
}

}  // namespace cadenas::admin
