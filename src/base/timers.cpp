#include "base/timers.hpp"

namespace cadenas::base {

Timers::Id Timers::at(SteadyTime deadline, Callback callback) {
  const Id id = ++last_id_;
  waiting_.emplace(Key{deadline, id}, std::move(callback));
  deadlines_.emplace(id, deadline);
  return id;
}

bool Timers::cancel(Id id) {
  const auto found = deadlines_.find(id);
  if (found == deadlines_.end()) return false;
  waiting_.erase(Key{found->second, id});
  deadlines_.erase(found);
  return true;
}

void Timers::run_due(SteadyTime now) {
  while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
    // Taken out first: the callback may cancel or add timers, itself included.
    auto node = waiting_.extract(waiting_.begin());
    deadlines_.erase(node.key().second);
    node.mapped()();
  }
}

std::optional<SteadyTime> Timers::next() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first.first;
}

}  // namespace cadenas::base
