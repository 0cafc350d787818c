#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alarms/kind.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/published.hpp"

namespace cadenas::alarms {

/// What was found wrong.
struct Condition {
  std::string code;    ///< of a Kind
  std::string object;  ///< what it is about: a certificate, a destination; may be empty
  std::string detail;  ///< one sentence; no secret
  /// Told again each day while it stands (CERT-8, OPS-3: an external certificate about to expire, not a self-signed).
  bool daily = false;
};

/// An alarm that stands: one for each kind and object.
struct Alarm {
  std::uint64_t id = 0;  ///< rising, never given twice
  const Kind* kind = nullptr;
  Condition condition;
  base::WallTime raised{};
  base::WallTime told{};                       ///< when it was raised or last repeated
  std::optional<std::string> acknowledged_by;  ///< account name
};

enum class Change : std::uint8_t { raised, acknowledged, repeated, cleared };
/// "raised", "acknowledged", "repeated", "cleared".
std::string_view to_string(Change v);

/// One line of the history, and what the sinks (journal, SNMP) are given.
struct Event {
  Change change{};
  base::WallTime at{};
  Alarm alarm;  ///< as it stands after the change; as it stood, where it was cleared
};

/// What readers see: immutable, replaced as a whole.
struct View {
  std::vector<Alarm> active;  ///< oldest first
  std::deque<Event> history;  ///< oldest first
};

/// The alarms to tell again at `now`: daily ones for which a whole day since they were raised has ended untold. Counted
/// from `raised`, so that a late look does not move the hour; days missed (system stopped) are told once. Pure.
std::vector<std::uint64_t> due_repeats(const std::vector<Alarm>& active, base::WallTime now);

/// The alarm table (OPS-3). Belongs to one thread, except `view`, which any thread may call. State is in memory only.
class Board {
 public:
  using Sink = std::function<void(const Event&)>;

  /// Keeps at most `history` events. The clock outlives the board; the sink runs on the board's thread once `view`
  /// shows the change, and must not call the board.
  Board(const base::Clock& clock, Sink sink, std::size_t history = 1000);

  /// Raises, or updates a standing alarm (detail, daily) without an event. Error "alarm.kind-unknown".
  base::Result<void> raise(Condition condition);
  /// False, and nothing happens, where no such alarm stands.
  bool clear(std::string_view code, std::string_view object);
  /// Makes what stands be what is found: raises or updates each of `found`, clears the rest. Error as `raise`; what
  /// could be done is done then.
  base::Result<void> reconcile(std::vector<Condition> found);
  /// An alarm that is acknowledged already keeps who did it first. Error "alarm.unknown".
  base::Result<void> acknowledge(std::uint64_t id, std::string who);
  /// Tells again what `due_repeats` names.
  void repeat_due();

  /// Never null.
  std::shared_ptr<const View> view() const { return published_.load(); }

 private:
  void tell(Change change, Alarm alarm, base::WallTime at);
  void publish();

  const base::Clock& clock_;
  Sink sink_;
  std::size_t keep_;
  std::uint64_t last_id_ = 0;
  std::map<std::pair<std::string, std::string>, Alarm> active_;  // by code and object
  std::deque<Event> history_;
  base::Published<View> published_;
};

}  // namespace cadenas::alarms
