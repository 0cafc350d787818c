#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_trunk.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

void list_trunks(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  const auto states = exchange.context->pbx.trunk_states();
  boost::json::array out;
  for (const auto& [name, trunk] : snapshot->trunks) {
    const auto state = states.find(name);
    out.push_back(to_json(*trunk, state == states.end() ? pbx::TrunkState{} : state->second));
  }
  reply(ok({{"trunks", std::move(out)}}));
}

void put_trunk(const Exchange& exchange, const Reply& reply) {
  auto trunk = read_trunk(exchange.request.body, exchange.parameter("name"));
  if (!trunk) return reply(problem(trunk.error()));
  const store::Trunk wanted = *trunk;
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.put_trunk(wanted,
                                    on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                      if (!done) return reply(problem(done.error()));
                                      note(kept, "trunk.put", "The SIP trunk was declared.", wanted.name);
                                      reply(ok(to_json(wanted)));
                                    }));
}

void remove_trunk(const Exchange& exchange, const Reply& reply) {
  const std::string name = exchange.parameter("name");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_trunk(name,
                                       on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                         if (!done) return reply(problem(done.error()));
                                         note(kept, "trunk.removed", "The SIP trunk was removed.", name);
                                         reply(no_content());
                                       }));
}

}  // namespace cadenas::admin
