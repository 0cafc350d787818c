#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_settings.hpp"
#include "admin/json_subscription.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

boost::json::object licence_json(const store::SystemSettings& settings) {
  return {{"system_id", settings.system_id}, {"encryption", settings.licensed}};
}

}  // namespace

void get_settings(const Exchange& exchange, const Reply& reply) {
  reply(ok(to_json(exchange.context->store.snapshot()->settings)));
}

void change_settings(const Exchange& exchange, const Reply& reply) {
  auto changed = read_settings(exchange.request.body, exchange.context->store.snapshot()->settings);
  if (!changed) return reply(problem(changed.error()));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.change_settings(
      std::move(*changed), on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "settings.changed", "The settings of the system were changed.", "settings");
        get_settings(kept, reply);
      }));
}

void get_licence(const Exchange& exchange, const Reply& reply) {
  reply(ok(licence_json(exchange.context->store.snapshot()->settings)));
}

void put_licence(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  std::string key = reader->required_text("unlock_key");
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.unlock(std::move(key),
                                 on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                   if (!done) return reply(problem(done.error()));
                                   note(kept, "licence.unlocked", "Encryption was unlocked on this system.", "licence");
                                   get_licence(kept, reply);
                                 }));
}

void list_classes(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  boost::json::array out;
  for (const auto& [name, facility_class] : snapshot->classes) out.push_back(to_json(facility_class));
  reply(ok({{"classes", std::move(out)}}));
}

void put_class(const Exchange& exchange, const Reply& reply) {
  auto facility_class = read_class(exchange.request.body, exchange.parameter("name"));
  if (!facility_class) return reply(problem(facility_class.error()));
  const store::FacilityClass wanted = *facility_class;
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.put_class(wanted,
                                    on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                      if (!done) return reply(problem(done.error()));
                                      note(kept, "class.put", "The class of facility was set.", wanted.name);
                                      reply(ok(to_json(wanted)));
                                    }));
}

void remove_class(const Exchange& exchange, const Reply& reply) {
  const std::string name = exchange.parameter("name");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_class(name,
                                       on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
                                         if (!done) return reply(problem(done.error()));
                                         note(kept, "class.removed", "The class of facility was removed.", name);
                                         reply(no_content());
                                       }));
}

}  // namespace cadenas::admin
