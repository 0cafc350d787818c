#include "store/history_limit.hpp"

#include <algorithm>

namespace cadenas::store {

namespace {

constexpr std::size_t largest_overshoot = 1000;

}  // namespace

std::size_t HistoryLimit::overshoot(std::size_t keep) {
  return std::min(keep / 64, largest_overshoot);
}

HistoryLimit::HistoryLimit(soci::session& sql, const char* removal, std::size_t keep)
    : keep_(static_cast<long long>(keep)),
      step_(static_cast<long long>(overshoot(keep)) + 1),
      remove_((sql.prepare << removal, soci::use(oldest_))) {}

bool HistoryLimit::is_due(long long newest) const {
  // Keys that went back tell of a transaction undone, which may have held the last removal.
  return last_ == 0 || newest <= last_ || newest / step_ != last_ / step_;
}

void HistoryLimit::apply(long long newest) {
  if (is_due(newest)) {
    oldest_ = newest - keep_;
    remove_.execute(true);
  }
  last_ = newest;
}

}  // namespace cadenas::store
