#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cadenas::pbx {

/// How many calls each subscription has begun, or each trunk carries, over all loops. Lock-free, any thread. An entry
/// once made stays: there are no more of them than the administrator ever made subscriptions and trunks, since a caller
/// is authenticated first.
class NumberCounts {
  struct Entry;

 public:
  /// One counted call; given back when it goes. Must not outlive the counts.
  class Ticket {
   public:
    Ticket() = default;
    explicit operator bool() const { return entry_ != nullptr; }
    void give_back() { entry_.reset(); }

   private:
    friend class NumberCounts;
    struct GiveBack {
      void operator()(Entry* entry) const;
    };
    explicit Ticket(Entry* entry) : entry_(entry) {}
    std::unique_ptr<Entry, GiveBack> entry_;
  };

  NumberCounts() = default;
  ~NumberCounts();
  NumberCounts(const NumberCounts&) = delete;
  NumberCounts& operator=(const NumberCounts&) = delete;

  /// Counts a call of `number`; an empty ticket where it has `limit` already.
  Ticket take(std::string_view number, std::size_t limit);

 private:
  struct Entry {
    std::string number;
    std::atomic<std::size_t> count{0};
    Entry* next = nullptr;
  };
  Entry& entry_of(std::string_view number);

  std::array<std::atomic<Entry*>, 1024> chains_{};
};

}  // namespace cadenas::pbx
