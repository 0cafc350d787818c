// What is worth an alarm, and who is told of it (OPS-3).
#include <string>
#include <utility>

#include "base/clock_discipline.hpp"
#include "base/log.hpp"
#include "pbx/alarm_conditions.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

void Pbx::Parts::look_at_alarms() {
  // Before that, a certificate that is only being made would be missed.
  if (!mode_was_tried_) return;
  const auto model = store_->snapshot();
  trust_.look_at_dates();
  const auto authorities = trust_.authorities();
  const bool disciplined = !configuration_.alarm_on_undisciplined_clock || base::clock_is_disciplined();
  const auto ocsp = stapler_.state();
  AlarmFacts facts{&model->settings, certificate_.current(), authorities.get(), disciplined};
  facts.unanswering = notifier_.unanswering(*model);
  facts.certificate_revoked = ocsp && ocsp->answer && ocsp->answer->status == pki::OcspStatus::revoked;
  facts.relays = media().pool;
  facts.eip_addresses = eip().addresses;
  facts.shelves_missing = shelves_missing();
  {
    const std::lock_guard lock(noting_);
    if (not_applied_) facts.why_none = not_applied_->message;
  }
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
  notifier_.tell(event, alarms_.view()->active, *store_->snapshot());
}

void Pbx::Parts::test_snmp(const std::string& destination, const Done<alarms::Delivery>& done) {
  const auto model = store_->snapshot();
  const auto at = model->snmp_destinations.find(destination);
  if (at == model->snmp_destinations.end()) {
    return done(base::fail("snmp.unknown", "There is no SNMP destination with this name.", "name"));
  }
  notifier_.test(at->second, alarms_.view()->active, model->settings.system_id, done);
}

}  // namespace cadenas::pbx
