#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_room.hpp"

namespace cadenas::admin {

void list_rooms(const Exchange& exchange, const Reply& reply) {
  boost::json::array out;
  for (const auto& [number, room] : exchange.context->store.snapshot()->rooms) out.push_back(to_json(*room));
  reply(ok({{"rooms", std::move(out)}}));
}

void put_room(const Exchange& exchange, const Reply& reply) {
  auto room = read_room(exchange.request.body, exchange.parameter("number"));
  if (!room) return reply(problem(room.error()));
  const store::ConferenceRoom wanted = *room;
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.put_room(wanted,
                                   on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                     if (!done) return reply(problem(done.error()));
                                     note(kept, "room.put", "The conference room was set up.", wanted.number);
                                     reply(ok(to_json(wanted)));
                                   }));
}

void remove_room(const Exchange& exchange, const Reply& reply) {
  const std::string number = exchange.parameter("number");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_room(number,
                                      on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                        if (!done) return reply(problem(done.error()));
                                        note(kept, "room.removed", "The conference room was removed.", number);
                                        reply(no_content());
                                      }));
}

}  // namespace cadenas::admin
