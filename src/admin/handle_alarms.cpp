#include <boost/json/array.hpp>
#include <charconv>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_text.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

namespace {

boost::json::object alarm_json(const alarms::Alarm& alarm) {
  return {{"id", alarm.id},
          {"code", alarm.condition.code},
          {"severity", alarms::to_string(alarm.kind->severity)},
          {"label", alarm.kind->english},
          {"label_fr", alarm.kind->french},
          {"object", json_text(alarm.condition.object)},
          {"detail", json_text(alarm.condition.detail)},
          {"remedy", alarm.kind->remedy},
          {"raised", timestamp(alarm.raised)},
          {"told", timestamp(alarm.told)},
          {"acknowledged_by", alarm.acknowledged_by ? boost::json::value(*alarm.acknowledged_by) : nullptr}};
}

}  // namespace

void list_alarms(const Exchange& exchange, const Reply& reply) {
  const auto view = exchange.context->pbx.alarms();
  boost::json::array active;
  for (const alarms::Alarm& alarm : view->active) active.push_back(alarm_json(alarm));
  boost::json::array history;
  for (auto event = view->history.rbegin(); event != view->history.rend(); ++event) {
    history.push_back({{"change", alarms::to_string(event->change)},
                       {"at", timestamp(event->at)},
                       {"alarm", alarm_json(event->alarm)}});
  }
  reply(ok({{"alarms", std::move(active)}, {"history", std::move(history)}}));
}

void acknowledge_alarm(const Exchange& exchange, const Reply& reply) {
  const std::string& text = exchange.parameter("id");
  std::uint64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return reply(problem({"alarm.unknown", "No alarm with this id stands.", "id"}));
  }
  exchange.context->pbx.acknowledge_alarm(
      id, exchange.caller.account, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        reply(done ? no_content() : problem(done.error()));
      }));
}

}  // namespace cadenas::admin
