#include "alarms/board.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace cadenas::alarms {

std::string_view to_string(Change v) {
  switch (v) {
    case Change::raised:
      return "raised";
    case Change::acknowledged:
      return "acknowledged";
    case Change::repeated:
      return "repeated";
    case Change::cleared:
      break;
  }
  return "cleared";
}

std::vector<std::uint64_t> due_repeats(const std::vector<Alarm>& active, base::WallTime now) {
  const auto days = [](base::Millis age) { return age / base::Millis{std::chrono::days{1}}; };
  std::vector<std::uint64_t> due;
  for (const Alarm& alarm : active) {
    if (alarm.condition.daily && days(now - alarm.raised) > days(alarm.told - alarm.raised)) due.push_back(alarm.id);
  }
  return due;
}

Board::Board(const base::Clock& clock, Sink sink, std::size_t history)
    : clock_(clock), sink_(std::move(sink)), keep_(history), published_(std::make_shared<const View>()) {}

base::Result<void> Board::raise(Condition condition) {
  const Kind* kind = find_kind(condition.code);
  if (!kind) return base::fail("alarm.kind-unknown", "There is no alarm of this kind.", "code");
  auto key = std::pair(condition.code, condition.object);
  if (const auto standing = active_.find(key); standing != active_.end()) {
    standing->second.condition = std::move(condition);
    publish();
    return {};
  }
  const base::WallTime now = clock_.now();
  const Alarm alarm{++last_id_, kind, std::move(condition), now, now, std::nullopt};
  active_.emplace(std::move(key), alarm);
  tell(Change::raised, alarm, now);
  return {};
}

base::Result<void> Board::reconcile(std::vector<Condition> found) {
  std::set<std::pair<std::string, std::string>> stand;
  base::Result<void> outcome;
  for (Condition& condition : found) {
    stand.emplace(condition.code, condition.object);
    if (auto raised = raise(std::move(condition)); !raised) outcome = std::move(raised);
  }
  std::vector<std::pair<std::string, std::string>> over;
  for (const auto& [key, alarm] : active_) {
    if (!stand.contains(key)) over.push_back(key);
  }
  for (const auto& [code, object] : over) clear(code, object);
  return outcome;
}

bool Board::clear(std::string_view code, std::string_view object) {
  auto node = active_.extract(std::pair(std::string(code), std::string(object)));
  if (node.empty()) return false;
  tell(Change::cleared, std::move(node.mapped()), clock_.now());
  return true;
}

base::Result<void> Board::acknowledge(std::uint64_t id, std::string who) {
  const auto found = std::find_if(active_.begin(), active_.end(), [&](const auto& a) { return a.second.id == id; });
  if (found == active_.end()) return base::fail("alarm.unknown", "No alarm with this id stands.", "id");
  if (found->second.acknowledged_by) return {};
  found->second.acknowledged_by = std::move(who);
  tell(Change::acknowledged, found->second, clock_.now());
  return {};
}

void Board::repeat_due() {
  const base::WallTime now = clock_.now();
  for (const std::uint64_t id : due_repeats(view()->active, now)) {
    const auto found = std::find_if(active_.begin(), active_.end(), [&](const auto& a) { return a.second.id == id; });
    found->second.told = now;
    tell(Change::repeated, found->second, now);
  }
}

void Board::tell(Change change, Alarm alarm, base::WallTime at) {
  const Event event{change, at, std::move(alarm)};
  history_.push_back(event);
  while (history_.size() > keep_) history_.pop_front();
  publish();
  if (sink_) sink_(event);
}

void Board::publish() {
  auto next = std::make_shared<View>();
  for (const auto& [key, alarm] : active_) next->active.push_back(alarm);
  std::sort(next->active.begin(), next->active.end(), [](const Alarm& a, const Alarm& b) { return a.id < b.id; });
  next->history = history_;
  published_.store(std::move(next));
}

}  // namespace cadenas::alarms
