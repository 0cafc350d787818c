#include "apps/configuration_file.hpp"

#include <gmock/gmock.h>

namespace cadenas::apps {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path sample = std::filesystem::path(CADENAS_SOURCE_DIRECTORY) / "packaging/cadenas-pbx.toml";

TEST(ConfigurationFile, TakesTheDefaultsWhenItIsEmpty) {
  const auto read = parse_configuration("", "/etc/cadenas");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->pbx.database, "/var/lib/cadenas/cadenas.db");
  EXPECT_EQ(read->admin.listen.to_string(), "127.0.0.1:8443");
  EXPECT_EQ(read->pbx.media.bind_ip4.address(), "127.0.0.1");
  EXPECT_FALSE(read->admin.api.metrics_without_login);
}

TEST(ConfigurationFile, ReadsTheSampleToTheSameAsTheDefaults) {
  const auto from_sample = load_configuration(sample);
  ASSERT_TRUE(from_sample) << from_sample.error().message;
  const auto empty = parse_configuration("", sample.parent_path());
  EXPECT_EQ(from_sample->state_directory, empty->state_directory);
  EXPECT_EQ(from_sample->pbx.sip.addresses, empty->pbx.sip.addresses);
  EXPECT_EQ(from_sample->pbx.sip.tls_port, empty->pbx.sip.tls_port);
  EXPECT_EQ(from_sample->pbx.sip.wss_port, empty->pbx.sip.wss_port);
  EXPECT_EQ(from_sample->pbx.transport.connections, empty->pbx.transport.connections);
  EXPECT_EQ(from_sample->pbx.transport.connections_per_source, empty->pbx.transport.connections_per_source);
  EXPECT_EQ(from_sample->pbx.transport.handshakes, empty->pbx.transport.handshakes);
  EXPECT_EQ(from_sample->pbx.transport.idle_timeout, empty->pbx.transport.idle_timeout);
  EXPECT_EQ(from_sample->pbx.transport.send_queue_octets, empty->pbx.transport.send_queue_octets);
  EXPECT_EQ(from_sample->pbx.transport.parse.body_octets, empty->pbx.transport.parse.body_octets);
  EXPECT_EQ(from_sample->pbx.timings.t1, empty->pbx.timings.t1);
  EXPECT_EQ(from_sample->pbx.registrar.max_expires_s, empty->pbx.registrar.max_expires_s);
  EXPECT_EQ(from_sample->pbx.authentication.guessing.free_per_source,
            empty->pbx.authentication.guessing.free_per_source);
  EXPECT_EQ(from_sample->pbx.calls.max_calls, empty->pbx.calls.max_calls);
  EXPECT_EQ(from_sample->pbx.trunk_interval, empty->pbx.trunk_interval);
  EXPECT_EQ(from_sample->pbx.calls.ring_timeout, empty->pbx.calls.ring_timeout);
  EXPECT_EQ(from_sample->pbx.calls.session_timer.interval, empty->pbx.calls.session_timer.interval);
  EXPECT_EQ(from_sample->pbx.calls.suites.offered, empty->pbx.calls.suites.offered);
  EXPECT_EQ(from_sample->pbx.calls.suites.accepted, empty->pbx.calls.suites.accepted);
  EXPECT_EQ(from_sample->pbx.media.first_port, empty->pbx.media.first_port);
  EXPECT_EQ(from_sample->pbx.media.last_port, empty->pbx.media.last_port);
  EXPECT_EQ(from_sample->pbx.tls, empty->pbx.tls);
  EXPECT_EQ(from_sample->admin.http.connections, empty->admin.http.connections);
  EXPECT_EQ(from_sample->pbx.mib_root, empty->pbx.mib_root);
  EXPECT_EQ(from_sample->pbx.snmp.timeout, empty->pbx.snmp.timeout);
  EXPECT_EQ(from_sample->pbx.snmp.retries, empty->pbx.snmp.retries);
  EXPECT_EQ(from_sample->pbx.retention.calls, empty->pbx.retention.calls);
}

TEST(ConfigurationFile, ReadsWhatIsGiven) {
  const auto read = parse_configuration(R"(
state_directory = "state"
[sip]
addresses = ["127.0.0.1", "::1"]
tls_port = 0
wss_port = 7443
[tls]
self_signed_key = "ecdsa_p256"
[alarms]
snmp_mib_root = "1.3.6.1.4.1.99999.1"
[media]
pin_to = [1, 2]
[admin]
address = "::1"
port = 0
metrics_without_login = true
)",
                                        "/srv/lab");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->pbx.identity_directory, "/srv/lab/state/identity");
  EXPECT_EQ(read->pbx.sip.tls_port, 0);
  EXPECT_EQ(read->pbx.sip.wss_port, 7443);
  EXPECT_EQ(read->pbx.self_signed.key, pki::KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(read->pbx.mib_root, (alarms::Oid{1, 3, 6, 1, 4, 1, 99'999, 1}));
  EXPECT_EQ(read->pbx.media.bind_ip6.address(), "::1");
  EXPECT_EQ(read->pbx.media.pin_to, (std::vector<unsigned>{1, 2}));
  EXPECT_EQ(read->admin.listen.to_string(), "[::1]:0");
  EXPECT_TRUE(read->admin.api.metrics_without_login);
}

struct Wrong {
  const char* toml;
  const char* code;
  const char* field;
  const char* says;
};

TEST(ConfigurationFile, NamesTheKeyAndTheLineOfWhatIsWrong) {
  for (const Wrong& wrong : {
           Wrong{"[sip\n", "configuration.syntax", "", "Line 1"},
           Wrong{"[sip]\nports = 5060\n", "configuration.unknown-key", "sip.ports", "Line 2, column 9"},
           Wrong{"colour = 1\n", "configuration.unknown-key", "colour", "Line 1"},
           Wrong{"[sip]\n\nplain_port = \"5060\"\n", "configuration.type", "sip.plain_port", "Line 3"},
           Wrong{"[sip]\nplain_port = 70000\n", "configuration.value", "sip.plain_port", "0 to 65535"},
           Wrong{"[sip]\nwss_port = -1\n", "configuration.value", "sip.wss_port", "0 to 65535"},
           Wrong{"[sip]\nwss_port = 5061\n", "configuration.value", "sip.wss_port", "another port"},
           Wrong{"[sip]\ntls_port = 5060\n", "configuration.value", "sip.tls_port", "another port"},
           Wrong{"[sip.limits]\nconnections = 0\n", "configuration.value", "sip.limits.connections", "Line 2"},
           Wrong{"sip = 5\n", "configuration.type", "sip", "table"},
           Wrong{"[sip]\naddresses = [\"pbx.example\"]\n", "configuration.value", "sip.addresses", "literal"},
           Wrong{"[sip]\naddresses = []\n", "configuration.value", "sip.addresses", "At least one"},
           Wrong{"[system]\nmode = \"bothway\"\n", "configuration.value", "system.mode", "no_tls, pbx_cert"},
           Wrong{"[media]\nfirst_port = 3000\nlast_port = 2000\n", "configuration.value", "media.last_port", "Line 3"},
           Wrong{"[alarms]\nsnmp_mib_root = \"enterprises\"\n", "configuration.value", "alarms.snmp_mib_root", "OID"},
           Wrong{"[admin]\naddress = \"localhost\"\n", "configuration.value", "admin.address", "literal"},
           Wrong{"[calls]\nsession_interval_s = 30\n", "configuration.value", "calls.session_interval_s", "RFC 4028"},
           Wrong{"[calls]\nintrusion_prefix = \"*5a\"\n", "configuration.value", "calls.intrusion_prefix", "0-9 * #"},
           Wrong{"[calls]\nintrusion_prefix = \"*5\"\nlisten_prefix = \"*51\"\n", "configuration.value",
                 "calls.intrusion_prefix", "listen_prefix"},
           Wrong{"[calls]\noffered_suites = [\"AES_CM_192\"]\n", "configuration.value", "calls.offered_suites",
                 "Known are AEAD_AES_256_GCM, "},
           Wrong{"[calls]\noffered_suites = []\n", "configuration.value", "calls.offered_suites", "At least one"},
           Wrong{"[calls]\naccepted_suites = [\"AEAD_AES_128_GCM\", \"AEAD_AES_128_GCM\"]\n", "configuration.value",
                 "calls.accepted_suites", "twice"},
           Wrong{"[calls]\naccepted_suites = [\"AES_256_CM_HMAC_SHA1_80\"]\n", "configuration.value",
                 "calls.accepted_suites", "AES_CM_128_HMAC_SHA1_80 is offered"},
       }) {
    const auto read = parse_configuration(wrong.toml, "/");
    ASSERT_FALSE(read) << wrong.toml;
    EXPECT_EQ(read.error().code, wrong.code) << wrong.toml;
    EXPECT_EQ(read.error().field, wrong.field) << wrong.toml;
    EXPECT_THAT(read.error().message, HasSubstr(wrong.says)) << wrong.toml;
  }
}

TEST(ConfigurationFile, ReadsThePoolOfRtpengine) {
  const auto read = parse_configuration(
      "[media.pool]\ninstances = [\"127.0.0.1:2223\", \"[::1]:2224\"]\nweights = [1, 3]\nwhen_none_is_up = "
      "\"refuse\"\n",
      "/etc");
  ASSERT_TRUE(read) << read.error().message;
  const auto& relays = read->pbx.media_pool.relays.instances;
  ASSERT_EQ(relays.size(), 2U);
  EXPECT_EQ(relays[0].control.to_string(), "127.0.0.1:2223");
  EXPECT_EQ(relays[1].control.to_string(), "[::1]:2224");
  EXPECT_EQ(relays[1].weight, 3U);
  EXPECT_FALSE(read->pbx.media_pool.fall_back);
}

TEST(ConfigurationFile, RefusesAControlLinkThatLeavesTheMachineUnlessToldThatItIsProtected) {
  const std::string pool = "[media.pool]\ninstances = [\"192.0.2.1:2223\"]\n";
  const auto refused = parse_configuration(pool, "/etc");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("voice keys in clear"));
  EXPECT_TRUE(parse_configuration(pool + "control_leaves_this_machine = true\n", "/etc"));
}

TEST(ConfigurationFile, SaysWhatIsWrongWithThePool) {
  for (const char* wrong :
       {"instances = [\"127.0.0.1\"]", "instances = [\"localhost:2223\"]", "instances = [\"127.0.0.1:0\"]",
        "instances = [\"127.0.0.1:70000\"]", "instances = [\"127.0.0.1:2223\"]\nweights = [1, 2]",
        "instances = [\"127.0.0.1:2223\"]\nweights = [101]", "when_none_is_up = \"wait\""}) {
    EXPECT_FALSE(parse_configuration("[media.pool]\n" + std::string(wrong) + "\n", "/etc")) << wrong;
  }
}

TEST(ConfigurationFile, SaysWhichFileCannotBeRead) {
  const auto read = load_configuration("/nowhere/cadenas.toml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "configuration.unreadable");
  EXPECT_EQ(read.error().field, "/nowhere/cadenas.toml");
}

}  // namespace
}  // namespace cadenas::apps
