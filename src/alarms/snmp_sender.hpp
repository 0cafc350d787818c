#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "alarms/notification.hpp"
#include "alarms/snmp_delivery.hpp"
#include "base/clock.hpp"
#include "base/loop.hpp"

namespace cadenas::alarms {

/// Whether a destination is told of an alarm this grave.
bool is_told(const store::SnmpDestination& destination, Severity severity);

/// What became of notifications since the start.
struct SnmpCounts {
  std::uint64_t sent = 0;          ///< traps that left, and first attempts of informs
  std::uint64_t acknowledged = 0;  ///< informs
  std::uint64_t lost = 0;          ///< unanswered, not sent, or one too many in the queue
};

struct SnmpLimits {
  std::size_t waiting = 1'000;   ///< notifications times destinations; more are lost
  base::Millis silence{60'000};  ///< a destination that left an inform unanswered is not asked again for so long
};

/// Brings notifications to the managers on a thread of its own ("snmp"): whoever asks never waits (OPS-3). A manager
/// that does not answer delays the others once in each `silence`, and is told of once, until it answers again.
class SnmpSender {
 public:
  /// Blocking, on the sender's thread.
  using Deliver = std::function<base::Result<Delivery>(const store::SnmpDestination&, const Notification&)>;
  /// On the sender's thread, when `is_silent` has changed for a destination.
  using OnChange = std::function<void()>;

  SnmpSender(const base::Clock& clock, Deliver deliver, OnChange on_change, SnmpLimits limits = {});
  /// Waits for the delivery under way; what still waits is dropped.
  ~SnmpSender();
  SnmpSender(const SnmpSender&) = delete;
  SnmpSender& operator=(const SnmpSender&) = delete;

  // Any thread.

  void send(const Notification& what, const std::vector<store::SnmpDestination>& to);
  /// At once, silent or not; `done` runs on the sender's thread, or never when that has ended. Errors those of Deliver,
  /// "snmp.busy" (inside the call).
  void test(Notification what, store::SnmpDestination to, const std::function<void(base::Result<Delivery>)>& done);
  /// Whether the latest inform to it was lost.
  bool is_silent(const store::SnmpDestination& destination) const;
  SnmpCounts counts() const;

 private:
  bool post(std::function<void()> work);
  base::Result<Delivery> deliver(const store::SnmpDestination& to, const Notification& what);
  void note(const store::SnmpDestination& to, const base::Result<Delivery>& outcome);
  bool rests(const store::SnmpDestination& to) const;

  const base::Clock& clock_;
  const Deliver deliver_;
  const OnChange on_change_;
  const SnmpLimits limits_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<std::uint64_t> lost_{0};
  mutable std::mutex noting_;
  std::map<std::string, base::SteadyTime> silent_;  // under noting_; since when
  base::Loop loop_;
  std::thread thread_;
};

}  // namespace cadenas::alarms
