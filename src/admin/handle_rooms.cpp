#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_room.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

void list_rooms(const Exchange& exchange, const Reply& reply) {
  boost::json::array out;
  const auto model = exchange.context->store.snapshot();
  for (const auto& [number, room] : model->rooms) out.push_back(to_json(*room, model->room_links));
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
                                     reply(ok(to_json(wanted, kept.context->store.snapshot()->room_links)));
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

void link_rooms(const Exchange& exchange, const Reply& reply) {
  const store::RoomLink link(exchange.parameter("number"), exchange.parameter("other"));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.link_rooms(
      link, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "room.linked", "The room was linked to " + link.other + ".", link.one);
        reply(no_content());
      }));
}

void unlink_rooms(const Exchange& exchange, const Reply& reply) {
  const store::RoomLink link(exchange.parameter("number"), exchange.parameter("other"));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.unlink_rooms(
      link, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "room.unlinked", "The room is not linked to " + link.other + " any more.", link.one);
        reply(no_content());
      }));
}

void call_from_room(const Exchange& exchange, const Reply& reply) {
  const auto number = read_called_number(exchange.request.body);
  if (!number) return reply(problem(number.error()));
  const std::string room = exchange.parameter("number");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.call_from_room(
      room, *number, on_api_thread<base::Result<void>>(exchange, [=, called = *number](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "room.called", "The room calls " + called + ".", room);
        Response accepted = ok({{"room", room}, {"number", called}});
        accepted.status = 202;
        reply(std::move(accepted));
      }));
}

}  // namespace cadenas::admin
