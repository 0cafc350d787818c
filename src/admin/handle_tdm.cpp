#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_tdm.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

namespace {

std::string name_of(const Exchange& exchange) {
  return exchange.parameter("shelf") + "/" + exchange.parameter("line") + "/" + exchange.parameter("slot");
}

base::Result<store::TdmPort> place_of(const Exchange& exchange) {
  const auto id = media::tdm::PortId::parse(name_of(exchange));
  if (!id) {
    return base::fail(
        "tdm.slot-invalid",
        "A port is named shelf/line/slot: a shelf of a-z, 0-9 and -, line 0 to 7, slot 1 to 15 or 17 to 31.", "port");
  }
  store::TdmPort out;
  out.shelf = id->shelf;
  out.line = id->at.line;
  out.slot = id->at.slot;
  return out;
}

}  // namespace

void list_tdm_ports(const Exchange& exchange, const Reply& reply) {
  reply(ok(tdm_json(*exchange.context->store.snapshot(), exchange.context->pbx.shelves())));
}

void put_tdm_port(const Exchange& exchange, const Reply& reply) {
  const auto place = place_of(exchange);
  if (!place) return reply(problem(place.error()));
  const auto port = read_tdm_port(exchange.request.body, *place);
  if (!port) return reply(problem(port.error()));
  const store::TdmPort& wanted = *port;
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.put_tdm_port(wanted,
                                       on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                         if (!done) return reply(problem(done.error()));
                                         note(kept, "tdm.port-put", "The TDM port was declared.", wanted.name());
                                         reply(ok(to_json(wanted)));
                                       }));
}

void remove_tdm_port(const Exchange& exchange, const Reply& reply) {
  const std::string name = name_of(exchange);
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_tdm_port(
      name, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "tdm.port-removed", "The TDM port is no longer declared; its call ended.", name);
        reply(no_content());
      }));
}

}  // namespace cadenas::admin
