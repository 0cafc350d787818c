#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_text.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

namespace {

boost::json::object relay_json(const rtpengine::InstanceView& relay) {
  const bool known = relay.state != rtpengine::InstanceState::unknown;
  return {{"control", relay.control},
          {"weight", relay.weight},
          {"state", rtpengine::to_string(relay.state)},
          {"reason", json_text(relay.reason)},
          {"since", known ? boost::json::value(timestamp(relay.since)) : nullptr},
          {"sessions", relay.sessions},
          {"opened", relay.opened},
          {"lost", relay.lost}};
}

}  // namespace

void get_media(const Exchange& exchange, const Reply& reply) {
  const pbx::MediaView media = exchange.context->pbx.media();
  boost::json::array relays;
  if (media.pool) {
    for (const rtpengine::InstanceView& relay : media.pool->instances) relays.push_back(relay_json(relay));
  }
  reply(ok({{"board_sessions", media.board_sessions},
            {"when_none_is_up", !media.pool || media.falls_back ? "embedded" : "refuse"},
            {"fallbacks", media.fallbacks},
            {"relays", std::move(relays)}}));
}

}  // namespace cadenas::admin
