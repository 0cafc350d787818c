#include "alarms/notification.hpp"

#include <algorithm>
#include <utility>

namespace cadenas::alarms {

namespace {

// packaging/CADENAS-ALARM-MIB.txt, below its root.
constexpr std::uint32_t objects_arc = 1;
constexpr std::uint32_t notifications_arc = 2;

enum class Object : std::uint32_t {
  system_id = 1,
  in_alarm,
  id,
  code,
  severity,
  state,
  subject,
  detail,
  raised_at,
  changed_at,
  acknowledged_by
};

constexpr std::uint32_t test_notification = 5;

// CadenasState, and the arcs of the notifications.
std::uint32_t number_of(Change change) {
  switch (change) {
    case Change::raised:
      return 1;
    case Change::repeated:
      return 2;
    case Change::cleared:
      return 3;
    case Change::acknowledged:
      break;
  }
  return 4;
}

// SnmpAdminString (RFC 3411 §5) has at most 255 octets; a character is not cut in two.
std::string admin_string(std::string text) {
  constexpr std::size_t longest = 255;
  if (text.size() <= longest) return text;
  std::size_t size = longest;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
  return text;
}

Oid below(Oid root, std::initializer_list<std::uint32_t> arcs) {
  root.insert(root.end(), arcs);
  return root;
}

Notification begin(std::uint32_t notification, const NotificationOrigin& origin) {
  constexpr std::int64_t millis_a_tick = 10;
  const Oid sys_up_time{1, 3, 6, 1, 2, 1, 1, 3, 0};
  const Oid snmp_trap_oid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
  return {{sys_up_time, TimeTicks{static_cast<std::uint32_t>(origin.uptime.count() / millis_a_tick)}},
          {snmp_trap_oid, below(origin.mib_root, {notifications_arc, 0, notification})}};
}

class Appender {
 public:
  Appender(Notification& to, const Oid& root) : to_(to), root_(root) {}
  void operator()(Object object, Value value) {
    to_.push_back({below(root_, {objects_arc, static_cast<std::uint32_t>(object), 0}), std::move(value)});
  }

 private:
  Notification& to_;
  const Oid& root_;
};

void append_origin(Appender& append, const NotificationOrigin& origin) {
  constexpr std::int32_t yes = 1;  // TruthValue (RFC 2579)
  constexpr std::int32_t no = 2;
  append(Object::system_id, admin_string(origin.system_id));
  append(Object::in_alarm, origin.in_alarm ? yes : no);
}

}  // namespace

bool in_alarm(const std::vector<Alarm>& active) {
  return std::any_of(active.begin(), active.end(), [](const Alarm& a) { return a.kind->severity <= Severity::major; });
}

Notification describe(const Event& event, const NotificationOrigin& origin) {
  Notification out = begin(number_of(event.change), origin);
  Appender append(out, origin.mib_root);
  const Alarm& alarm = event.alarm;
  append_origin(append, origin);
  append(Object::id, static_cast<std::uint32_t>(alarm.id));
  append(Object::code, std::string(alarm.kind->code));
  append(Object::severity, static_cast<std::int32_t>(alarm.kind->severity));
  append(Object::state, static_cast<std::int32_t>(number_of(event.change)));
  append(Object::subject, admin_string(alarm.condition.object));
  append(Object::detail, admin_string(alarm.condition.detail));
  append(Object::raised_at, date_and_time(alarm.raised));
  append(Object::changed_at, date_and_time(event.at));
  append(Object::acknowledged_by, admin_string(alarm.acknowledged_by.value_or("")));
  return out;
}

Notification describe_test(base::WallTime now, const NotificationOrigin& origin) {
  Notification out = begin(test_notification, origin);
  Appender append(out, origin.mib_root);
  append_origin(append, origin);
  append(Object::changed_at, date_and_time(now));
  return out;
}

std::string date_and_time(base::WallTime at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  constexpr auto millis_a_decisecond = 100;
  std::string out;
  const auto octet = [&](auto value) { out += static_cast<char>(static_cast<std::uint8_t>(value)); };
  octet(int(date.year()) >> 8);
  octet(int(date.year()) & 0xff);
  octet(unsigned(date.month()));
  octet(unsigned(date.day()));
  octet(time.hours().count());
  octet(time.minutes().count());
  octet(time.seconds().count());
  octet(time.subseconds().count() / millis_a_decisecond);
  out += '+';
  octet(0);
  octet(0);
  return out;
}

}  // namespace cadenas::alarms
