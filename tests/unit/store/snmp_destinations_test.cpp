#include <gtest/gtest.h>

#include "store/database.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class SnmpDestinations : public TemporaryDatabase {
 protected:
  static SnmpDestination v2c() {
    SnmpDestination out;
    out.name = "nms";
    out.address = "192.0.2.9";
    out.community = KeptSecret("of the managers");
    return out;
  }
  static SnmpDestination v3() {
    SnmpDestination out;
    out.name = "nms";
    out.address = "2001:db8::9";
    out.port = 1162;
    out.version = SnmpVersion::v3;
    out.kind = SnmpKind::inform;
    out.user = "cadenas";
    out.authentication_passphrase = KeptSecret("authentic words");
    out.privacy_passphrase = KeptSecret("private words");
    out.least_severity = AlarmSeverity::minor;
    out.enabled = false;
    return out;
  }
  std::string refused(const SnmpDestination& d) const { return code_of(opened()->put_snmp_destination(d)); }
};

// OPS-3
TEST_F(SnmpDestinations, AreKeptReplacedAndRemoved) {
  ASSERT_TRUE(opened()->put_snmp_destination(v2c()));
  EXPECT_EQ(opened()->load()->snmp_destinations.at("nms").community.reveal(), "of the managers");
  ASSERT_TRUE(opened()->put_snmp_destination(v3()));
  const auto snapshot = opened()->load();
  ASSERT_EQ(snapshot->snmp_destinations.size(), 1U);
  const SnmpDestination& kept = snapshot->snmp_destinations.at("nms");
  EXPECT_EQ(kept.address, "2001:db8::9");
  EXPECT_EQ(kept.port, 1162);
  EXPECT_EQ(kept.version, SnmpVersion::v3);
  EXPECT_EQ(kept.kind, SnmpKind::inform);
  EXPECT_EQ(kept.user, "cadenas");
  EXPECT_EQ(kept.authentication_passphrase.reveal(), "authentic words");
  EXPECT_EQ(kept.privacy_passphrase.reveal(), "private words");
  EXPECT_EQ(kept.least_severity, AlarmSeverity::minor);
  EXPECT_FALSE(kept.enabled);
  EXPECT_TRUE(kept.community.empty());
  ASSERT_TRUE(opened()->remove_snmp_destination("nms"));
  EXPECT_TRUE(opened()->load()->snmp_destinations.empty());
  EXPECT_EQ(code_of(opened()->remove_snmp_destination("nms")), "snmp.unknown");
}

TEST_F(SnmpDestinations, KeepTheirSecretsForTheAddressTheyWereGivenFor) {
  ASSERT_TRUE(opened()->put_snmp_destination(v3()));
  SnmpDestination changed = v3();
  changed.authentication_passphrase = {};
  changed.privacy_passphrase = {};
  changed.enabled = true;
  const auto stored = opened()->put_snmp_destination(changed);
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->enabled);
  EXPECT_EQ(stored->privacy_passphrase.reveal(), "private words");
  changed.address = "192.0.2.66";
  EXPECT_EQ(refused(changed), "snmp.passphrase-invalid");
  EXPECT_EQ(opened()->load()->snmp_destinations.at("nms").address, "2001:db8::9");
}

TEST_F(SnmpDestinations, AreRefusedWithTheReason) {
  const auto with = [](SnmpDestination d, const auto& change) {
    change(d);
    return d;
  };
  EXPECT_EQ(refused(with(v2c(), [](auto& d) { d.name = ""; })), "snmp.name-invalid");
  EXPECT_EQ(refused(with(v2c(), [](auto& d) { d.address = "nms.example"; })), "snmp.address-invalid");
  EXPECT_EQ(refused(with(v2c(), [](auto& d) { d.port = 0; })), "snmp.port-invalid");
  EXPECT_EQ(refused(with(v2c(), [](auto& d) { d.community = {}; })), "snmp.community-invalid");
  EXPECT_EQ(refused(with(v3(), [](auto& d) { d.user = ""; })), "snmp.user-invalid");
  EXPECT_EQ(refused(with(v3(), [](auto& d) { d.user = std::string(33, 'u'); })), "snmp.user-invalid");
  EXPECT_EQ(refused(with(v3(), [](auto& d) { d.privacy_passphrase = KeptSecret("seven77"); })),
            "snmp.passphrase-invalid");
  EXPECT_TRUE(opened()->load()->snmp_destinations.empty());
}

TEST_F(SnmpDestinations, AreReadAsTheWordsTheyAreWrittenIn) {
  for (const auto v : {AlarmSeverity::critical, AlarmSeverity::major, AlarmSeverity::minor, AlarmSeverity::warning}) {
    EXPECT_EQ(parse_alarm_severity(to_string(v)), v);
  }
  EXPECT_EQ(parse_snmp_version("v3"), SnmpVersion::v3);
  EXPECT_EQ(parse_snmp_kind("inform"), SnmpKind::inform);
  EXPECT_FALSE(parse_snmp_version("v1"));
}

}  // namespace
}  // namespace cadenas::store
