#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_snmp.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

void list_snmp_destinations(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  boost::json::array out;
  for (const auto& [name, destination] : snapshot->snmp_destinations) out.push_back(to_json(destination));
  reply(ok({{"engine_id", exchange.context->pbx.snmp_engine_id()}, {"destinations", std::move(out)}}));
}

void put_snmp_destination(const Exchange& exchange, const Reply& reply) {
  auto wanted = read_snmp_destination(exchange.request.body, exchange.parameter("name"));
  if (!wanted) return reply(problem(wanted.error()));
  const Exchange kept{exchange.context, {}, exchange.caller};
  using Stored = base::Result<store::SnmpDestination>;
  exchange.context->store.put_snmp_destination(
      *std::move(wanted), on_api_thread<Stored>(exchange, [=](const Stored& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "snmp.put", "The SNMP destination was declared.", done->name);
        reply(ok(to_json(*done)));
      }));
}

void remove_snmp_destination(const Exchange& exchange, const Reply& reply) {
  const std::string name = exchange.parameter("name");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_snmp_destination(
      name, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "snmp.removed", "The SNMP destination was removed.", name);
        reply(no_content());
      }));
}

void test_snmp_destination(const Exchange& exchange, const Reply& reply) {
  using Delivered = base::Result<alarms::Delivery>;
  exchange.context->pbx.test_snmp(exchange.parameter("name"),
                                  on_api_thread<Delivered>(exchange, [=](const Delivered& done) {
                                    if (!done) return reply(problem(done.error()));
                                    reply(ok({{"outcome", word_of(*done)}}));
                                  }));
}

}  // namespace cadenas::admin
