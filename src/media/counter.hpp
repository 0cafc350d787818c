#pragma once

#include <atomic>
#include <cstdint>

namespace cadenas::media {

/// A number that one media thread raises and any thread reads.
class Counter {
 public:
  void add(std::uint64_t by = 1) {
    // One writer: a load and a store are enough, and spare each packet a locked instruction.
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace cadenas::media
