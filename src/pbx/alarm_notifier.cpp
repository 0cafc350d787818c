#include "pbx/alarm_notifier.hpp"

#include <utility>

namespace cadenas::pbx {

AlarmNotifier::AlarmNotifier(const base::Clock& clock, std::optional<alarms::SnmpEngine> engine, Settings settings,
                             alarms::SnmpSender::OnChange on_change)
    : clock_(clock),
      started_(clock.steady()),
      engine_(std::move(engine)),
      mib_root_(std::move(settings.mib_root)),
      sender_(
          clock,
          [this, patience = settings.patience](const store::SnmpDestination& to, const alarms::Notification& what) {
            return alarms::deliver_by_snmp(to, what, engine_now(), patience);
          },
          std::move(on_change)) {}

AlarmNotifier::AlarmNotifier(const base::Clock& clock, alarms::Oid mib_root, alarms::SnmpSender::Deliver deliver,
                             alarms::SnmpSender::OnChange on_change)
    : clock_(clock),
      started_(clock.steady()),
      mib_root_(std::move(mib_root)),
      sender_(clock, std::move(deliver), std::move(on_change)) {}

void AlarmNotifier::tell(const alarms::Event& event, const std::vector<alarms::Alarm>& active,
                         const store::Snapshot& model) {
  std::vector<store::SnmpDestination> to;
  for (const auto& [name, destination] : model.snmp_destinations) {
    const bool about_itself = event.alarm.kind->code == "snmp.unreachable" && event.alarm.condition.object == name;
    if (alarms::is_told(destination, event.alarm.kind->severity) && !about_itself) to.push_back(destination);
  }
  if (to.empty()) return;
  sender_.send(alarms::describe(event, origin(active, model.settings.system_id)), to);
}

void AlarmNotifier::test(const store::SnmpDestination& destination, const std::vector<alarms::Alarm>& active,
                         const std::string& system_id,
                         const std::function<void(base::Result<alarms::Delivery>)>& done) {
  sender_.test(alarms::describe_test(clock_.now(), origin(active, system_id)), destination, done);
}

std::vector<std::string> AlarmNotifier::unanswering(const store::Snapshot& model) const {
  std::vector<std::string> out;
  for (const auto& [name, destination] : model.snmp_destinations) {
    if (destination.enabled && sender_.is_silent(destination)) out.push_back(name);
  }
  return out;
}

std::string AlarmNotifier::engine_id() const {
  return engine_ ? base::to_hex(engine_->id) : "";
}

alarms::NotificationOrigin AlarmNotifier::origin(const std::vector<alarms::Alarm>& active,
                                                 const std::string& system_id) const {
  return {mib_root_, system_id, uptime(), alarms::in_alarm(active)};
}

std::optional<alarms::EngineNow> AlarmNotifier::engine_now() const {
  if (!engine_) return std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(uptime()).count();
  return alarms::EngineNow{*engine_, static_cast<std::uint32_t>(seconds)};
}

base::Millis AlarmNotifier::uptime() const {
  return std::chrono::floor<base::Millis>(clock_.steady() - started_);
}

}  // namespace cadenas::pbx
