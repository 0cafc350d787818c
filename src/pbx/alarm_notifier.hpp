#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alarms/board.hpp"
#include "alarms/snmp_sender.hpp"
#include "base/clock.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// Tells the network managers of the model what changes on the alarm board (OPS-3). Any thread; nothing waits for the
/// network.
class AlarmNotifier {
 public:
  struct Settings {
    alarms::Oid mib_root;
    alarms::SnmpPatience patience;
  };

  /// `engine` is our own, for v3 traps; `on_change` runs on the sender's thread when `unanswering` has changed.
  AlarmNotifier(const base::Clock& clock, std::optional<alarms::SnmpEngine> engine, Settings settings,
                alarms::SnmpSender::OnChange on_change);
  /// Sends by other means than SNMP: for tests.
  AlarmNotifier(const base::Clock& clock, alarms::Oid mib_root, alarms::SnmpSender::Deliver deliver,
                alarms::SnmpSender::OnChange on_change);

  /// To each destination that is on and wants alarms this grave; the word that a destination does not answer goes to
  /// the others.
  void tell(const alarms::Event& event, const std::vector<alarms::Alarm>& active, const store::Snapshot& model);
  /// As SnmpSender::test.
  void test(const store::SnmpDestination& destination, const std::vector<alarms::Alarm>& active,
            const std::string& system_id, const std::function<void(base::Result<alarms::Delivery>)>& done);
  /// The names of destinations in use that did not get the latest notification.
  std::vector<std::string> unanswering(const store::Snapshot& model) const;
  alarms::SnmpCounts counts() const { return sender_.counts(); }
  /// In hex; empty without an engine.
  std::string engine_id() const;

 private:
  alarms::NotificationOrigin origin(const std::vector<alarms::Alarm>& active, const std::string& system_id) const;
  std::optional<alarms::EngineNow> engine_now() const;
  base::Millis uptime() const;

  const base::Clock& clock_;
  const base::SteadyTime started_;
  const std::optional<alarms::SnmpEngine> engine_;
  const alarms::Oid mib_root_;
  alarms::SnmpSender sender_;
};

}  // namespace cadenas::pbx
