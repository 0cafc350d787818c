#include "alarms/notification.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cadenas::alarms {
namespace {

using namespace std::chrono_literals;

const Oid root = parse_oid(default_mib_root).value();

const Value* find(const Notification& in, std::uint32_t object) {
  Oid name = root;
  name.insert(name.end(), {1, object, 0});
  for (const Variable& v : in) {
    if (v.name == name) return &v.value;
  }
  return nullptr;
}

Event event(Change change) {
  Event out;
  out.change = change;
  out.at = base::WallTime{1'700'000'060'789ms};
  out.alarm = {7,
               find_kind("certificate.expired"),
               {"certificate.expired", "CN=pbx", "It ended.", false},
               base::WallTime{1'700'000'000'000ms},
               {},
               std::nullopt};
  return out;
}

// RFC 3416 §4.2.6
TEST(Notification, BeginsWithUptimeAndItsOwnName) {
  const auto out = describe(event(Change::cleared), {root, "abcd", base::Millis{12'340}, true});
  EXPECT_EQ(out[0], (Variable{{1, 3, 6, 1, 2, 1, 1, 3, 0}, TimeTicks{1'234}}));
  EXPECT_EQ(out[1].name, (Oid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0}));
  EXPECT_EQ(to_string(std::get<Oid>(out[1].value)), std::string(default_mib_root) + ".2.0.3");
}

// OPS-3
TEST(Notification, CarriesAllThatTheMibNames) {
  Event acknowledged = event(Change::acknowledged);
  acknowledged.alarm.acknowledged_by = "ann";
  const auto out = describe(acknowledged, {root, "abcd", {}, true});
  EXPECT_EQ(*find(out, 1), Value(std::string("abcd")));
  EXPECT_EQ(*find(out, 2), Value(std::int32_t{1}));
  EXPECT_EQ(*find(out, 3), Value(std::uint32_t{7}));
  EXPECT_EQ(*find(out, 4), Value(std::string("certificate.expired")));
  EXPECT_EQ(*find(out, 5), Value(std::int32_t{2}));
  EXPECT_EQ(*find(out, 6), Value(std::int32_t{4}));
  EXPECT_EQ(*find(out, 7), Value(std::string("CN=pbx")));
  EXPECT_EQ(*find(out, 8), Value(std::string("It ended.")));
  EXPECT_EQ(*find(out, 9), Value(date_and_time(acknowledged.alarm.raised)));
  EXPECT_EQ(*find(out, 10), Value(date_and_time(acknowledged.at)));
  EXPECT_EQ(*find(out, 11), Value(std::string("ann")));
}

TEST(Notification, IsRootedWhereTheConfigurationSays) {
  const auto out = describe_test({}, {{1, 3, 6, 1, 4, 1, 99}, "abcd", {}, false});
  EXPECT_EQ(to_string(std::get<Oid>(out[1].value)), "1.3.6.1.4.1.99.2.0.5");
  EXPECT_EQ(to_string(out[2].name), "1.3.6.1.4.1.99.1.1.0");
}

// RFC 2579: 2023-11-14 22:14:20.7 UTC
TEST(DateAndTime, IsElevenOctetsInUtc) {
  EXPECT_EQ(date_and_time(base::WallTime{1'700'000'060'789ms}),
            std::string("\x07\xe7\x0b\x0e\x16\x0e\x14\x07+\0\0", 11));
}

TEST(InAlarm, IsSaidFromMajorOn) {
  Alarm minor;
  minor.kind = find_kind("crl.stale");
  Alarm major;
  major.kind = find_kind("licence.missing");
  EXPECT_FALSE(in_alarm({}));
  EXPECT_FALSE(in_alarm({minor}));
  EXPECT_TRUE(in_alarm({minor, major}));
}

// RFC 3411 §5: SnmpAdminString is UTF-8 of at most 255 octets.
TEST(NotificationProperties, CutTextsBetweenCharacters) {
  EXPECT_TRUE(rc::check("what is sent is a beginning of the text, as long as may be", [] {
    static const std::string letters[] = {"a", "é", "€", "𝄞"};
    Event long_one = event(Change::raised);
    std::string& detail = long_one.alarm.condition.detail;
    detail.clear();
    for (const int i : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4))) {
      detail += letters[i] + letters[i] + letters[i];
    }
    const auto sent = std::get<std::string>(*find(describe(long_one, {root, "abcd", {}, true}), 8));
    RC_ASSERT(detail.starts_with(sent));
    RC_ASSERT(sent.size() <= 255U);
    RC_ASSERT(sent.size() == detail.size() || sent.size() > 255U - 4U);
    RC_ASSERT(sent.size() == detail.size() || (static_cast<unsigned char>(detail[sent.size()]) & 0xc0) != 0x80);
  }));
}

TEST(OidText, IsReadWhereItIsOne) {
  EXPECT_EQ(parse_oid("1.3.4294967295").value(), (Oid{1, 3, 4'294'967'295}));
  for (const char* wrong : {"", "1", "1.", ".1.3", "1..3", "3.1", "1.40", "1.3.4294967296", "1.3.a", "1.3 ", "-1.3"}) {
    EXPECT_EQ(parse_oid(wrong).error().code, "snmp.oid") << wrong;
  }
}

TEST(OidText, ComesBackAsItWas) {
  EXPECT_TRUE(rc::check("parse and to_string are inverse", [](const std::vector<std::uint32_t>& arcs) {
    Oid oid{2};
    oid.insert(oid.end(), arcs.begin(), arcs.end());
    const auto read = parse_oid(to_string(oid));
    RC_ASSERT(read.has_value() == (oid.size() >= 2 && oid.size() <= 100));
    if (read) RC_ASSERT(*read == oid);
  }));
}

}  // namespace
}  // namespace cadenas::alarms
