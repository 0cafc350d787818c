#include "alarms/snmp_sender.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::alarms {

namespace {

// Whoever moved elsewhere is another.
std::string key_of(const store::SnmpDestination& d) {
  return d.address + " " + std::to_string(d.port) + " " + d.name;
}

}  // namespace

bool is_told(const store::SnmpDestination& destination, Severity severity) {
  return destination.enabled && severity <= destination.least_severity;
}

SnmpSender::SnmpSender(const base::Clock& clock, Deliver deliver, OnChange on_change, SnmpLimits limits)
    : clock_(clock),
      deliver_(std::move(deliver)),
      on_change_(std::move(on_change)),
      limits_(limits),
      loop_(0, clock),
      thread_([this] {
        base::name_this_thread("snmp");
        loop_.run();
      }) {}

SnmpSender::~SnmpSender() {
  loop_.stop();
  thread_.join();
}

void SnmpSender::send(const Notification& what, const std::vector<store::SnmpDestination>& to) {
  for (const store::SnmpDestination& destination : to) {
    const bool taken = post([this, what, destination] {
      if (rests(destination)) {
        ++lost_;
      } else {
        (void)deliver(destination, what);
      }
    });
    if (!taken) ++lost_;
  }
}

void SnmpSender::test(Notification what, store::SnmpDestination to,
                      const std::function<void(base::Result<Delivery>)>& done) {
  const bool taken = post([this, what = std::move(what), to = std::move(to), done] { done(deliver(to, what)); });
  if (!taken) done(base::fail("snmp.busy", "Too many notifications wait to be sent: try again later."));
}

bool SnmpSender::post(std::function<void()> work) {
  if (waiting_.fetch_add(1) >= limits_.waiting) {
    --waiting_;
    return false;
  }
  loop_.post([this, work = std::move(work)] {
    work();
    --waiting_;
  });
  return true;
}

base::Result<Delivery> SnmpSender::deliver(const store::SnmpDestination& to, const Notification& what) {
  auto outcome = deliver_(to, what);
  if (outcome) ++sent_;
  if (!outcome || *outcome == Delivery::unanswered) ++lost_;
  if (outcome && *outcome == Delivery::acknowledged) ++acknowledged_;
  note(to, outcome);
  return outcome;
}

// Told when a destination falls silent and when it answers again, however many notifications lie between.
void SnmpSender::note(const store::SnmpDestination& to, const base::Result<Delivery>& outcome) {
  const bool lost = !outcome || *outcome == Delivery::unanswered;
  bool changed = false;
  {
    const std::lock_guard lock(noting_);
    changed = lost ? silent_.insert_or_assign(key_of(to), clock_.steady()).second : silent_.erase(key_of(to)) > 0;
  }
  if (!changed) return;
  if (!outcome) {
    base::log::warning(outcome.error().code, {{"destination", to.name}, {"message", outcome.error().message}});
  } else if (lost) {
    base::log::warning("snmp.unanswered", {{"destination", to.name}, {"address", to.address}, {"port", to.port}});
  } else {
    base::log::info("snmp.answered", {{"destination", to.name}});
  }
  on_change_();
}

bool SnmpSender::rests(const store::SnmpDestination& to) const {
  const std::lock_guard lock(noting_);
  const auto at = silent_.find(key_of(to));
  return at != silent_.end() && clock_.steady() < at->second + limits_.silence;
}

bool SnmpSender::is_silent(const store::SnmpDestination& destination) const {
  const std::lock_guard lock(noting_);
  return silent_.contains(key_of(destination));
}

SnmpCounts SnmpSender::counts() const {
  return {sent_.load(), acknowledged_.load(), lost_.load()};
}

}  // namespace cadenas::alarms
