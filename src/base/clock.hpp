#pragma once

#include <atomic>
#include <chrono>

namespace cadenas::base {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using Millis = std::chrono::milliseconds;

/// Where time comes from, so that "in 14 days" is a test of milliseconds. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;       ///< calendar time: certificate dates, expiry, records
  virtual SteadyTime steady() const = 0;  ///< never goes back: timers, ages, rates
};

class SystemClock final : public Clock {
 public:
  WallTime now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

/// A clock that only moves when told; both faces move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : start_(start) {}
  WallTime now() const override { return start_ + Millis{elapsed_ms_.load()}; }
  SteadyTime steady() const override { return SteadyTime{Millis{elapsed_ms_.load()}}; }
  void advance(Millis by) { elapsed_ms_.fetch_add(by.count()); }

 private:
  WallTime start_;
  std::atomic<std::int64_t> elapsed_ms_{0};
};

}  // namespace cadenas::base
