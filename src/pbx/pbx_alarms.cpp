// What is worth an alarm, and who is told of it (OPS-3).
#include <string>
#include <utility>

#include "base/clock_discipline.hpp"
#include "base/log.hpp"
#include "pbx/alarm_conditions.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

void Pbx::Parts::look_at_alarms() {
  const auto model = store_->snapshot();
  trust_.look_at_dates();
  const auto authorities = trust_.authorities();
  const bool disciplined = !configuration_.alarm_on_undisciplined_clock || base::clock_is_disciplined();
  const AlarmFacts facts{&model->settings, certificate_.current(), authorities.get(), disciplined, media().pool};
  if (auto told = alarms_.reconcile(alarm_conditions(facts, office_.clock().now())); !told) {
    base::log::error(told.error().code, {{"message", told.error().message}});
  }
  alarms_.repeat_due();
}

void Pbx::Parts::tell_alarm(const alarms::Event& event) {
  const alarms::Condition& condition = event.alarm.condition;
  const std::string code = "alarm." + std::string(alarms::to_string(event.change));
  base::log::warning(code, {{"alarm", condition.code},
                            {"severity", alarms::to_string(event.alarm.kind->severity)},
                            {"object", condition.object},
                            {"message", condition.detail}});
  store::JournalEntry entry;
  entry.at = event.at;
  entry.actor = event.change == alarms::Change::acknowledged ? event.alarm.acknowledged_by.value_or("") : "system";
  entry.code = code;
  entry.message = std::string(event.alarm.kind->english) + ". " + condition.detail;
  entry.subject = condition.object.empty() ? condition.code : condition.code + " " + condition.object;
  store_->write_journal(std::move(entry), {});
}

}  // namespace cadenas::pbx
