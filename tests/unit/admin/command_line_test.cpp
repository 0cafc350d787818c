#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "apps/cli/program.hpp"
#include "apps/cli/table.hpp"
#include "pki/fingerprint.hpp"
#include "running_api.hpp"

namespace cadenas::test {
namespace {

using ::testing::HasSubstr;

class CommandLine : public RunningApi {
 protected:
  struct Outcome {
    int status;
    std::string out;
    std::string err;
  };

  /// Runs `cadenas` as root on the machine of the iPBX would: with its state directory.
  Outcome run(std::vector<std::string> arguments, const std::string& input = "") {
    const std::string server = "https://" + server_->address().to_string();
    arguments.insert(arguments.begin(), {"--server", server});
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in(input);
    const apps::cli::Surroundings surroundings{out, err, in, [this](const char* name) {
                                                 const auto at = environment_.find(name);
                                                 return at == environment_.end() ? std::string() : at->second;
                                               }};
    const int status = apps::cli::run(std::move(arguments), surroundings);
    return {status, out.str(), err.str()};
  }

  std::map<std::string, std::string> environment_{{"CADENAS_STATE", directory_.path()},
                                                  {"XDG_CONFIG_HOME", directory_.path() / "config"}};
};

TEST_F(CommandLine, AddsListsChangesAndRemovesSubscriptions) {
  EXPECT_EQ(run({"users"}).out, "(none)\n");
  const auto added = run({"users", "add", "100", "--name", "Zoé", "--password-file", "-"}, "correct horse\n");
  EXPECT_EQ(added.status, 0) << added.err;
  EXPECT_EQ(run({"users", "add", "2001", "--right", "no", "--terminal", "mitel6000", "--password-file", "-"},
                "correct horse\n")
                .status,
            0);
  EXPECT_EQ(run({"users", "list"}).out,
            "NUMBER  NAME  TERMINAL   RIGHT  CLASS  SRTP MODE  OFFER  INTRUSION\n"
            "100     Zoé   sip        yes           preferred  savp   -\n"
            "2001          mitel6000  no            preferred  savp   -\n");
  EXPECT_EQ(run({"users", "set", "100", "--srtp-mode", "only", "--intrusion-right", "yes", "--protected", "yes"}).out,
            "number               100\n"
            "name                 Zoé\n"
            "auth user            100\n"
            "terminal             sip\n"
            "right to encryption  yes\n"
            "sip srtp mode        only\n"
            "offer style          savp\n"
            "intrusion            may intrude, protected\n");
  EXPECT_EQ(run({"users", "remove", "100"}).out, "Done.\n");
  const auto gone = run({"users", "show", "100"});
  EXPECT_EQ(gone.status, 1);
  EXPECT_EQ(gone.err, "cadenas: There is no subscription with this number. [subscription.unknown, number]\n");
}

// RIGHT-9.
TEST_F(CommandLine, ExplainsACallConditionByCondition) {
  const auto explained = run({"explain", "call-1"});
  ASSERT_EQ(explained.status, 0) << explained.err;
  EXPECT_THAT(explained.out, HasSubstr("Call call-1: 100 -> 101\n"
                                       "\n"
                                       "Leg 100 calls\n"
                                       "  padlock     locked\n"
                                       "  reason      Voice is encrypted both ways.\n"
                                       "  signalling  TLS TLSv1.3 TLS_AES_256_GCM_SHA384\n"
                                       "  phone       127.0.0.1:40001 baresip\n"
                                       "  voice       SRTP AES_256_CM_HMAC_SHA1_80\n"
                                       "  received    250 authenticated, 0 rejected, 0 replayed, 0 clear\n"
                                       "  sent        250 encrypted, 0 clear\n"
                                       "  ✔ RIGHT-1  licence\n"
                                       "  ✔ RIGHT-2  right of the subscription\n"));
  EXPECT_THAT(explained.out,
              HasSubstr("  ✘ RIGHT-2  right of the subscription\n"
                        "      policy.no-right  The subscription does not have the right to encryption.\n"
                        "      change it        Web Admin, 1.2.3 Subscribers > Subscriptions: right to encryption\n"));
  EXPECT_THAT(explained.out, HasSubstr("  ✘ ENC-8  signalling is encrypted\n"));
  EXPECT_THAT(explained.out, ::testing::Not(HasSubstr("inter-iPBX"))) << "a call within one system";
}

TEST_F(CommandLine, ListsCallsAndRegistrations) {
  EXPECT_EQ(run({"registrations"}).out,
            "NUMBER  TRANSPORT  FROM             TLS                             EXPIRES  PHONE\n"
            "100     TLS        127.0.0.1:40001  TLSv1.3 TLS_AES_256_GCM_SHA384  3600 s   baresip\n");
  EXPECT_EQ(run({"registrations", "101"}).out, "(none)\n");
  EXPECT_EQ(run({"calls"}).out,
            "ID      FROM  TO   STATE     STARTED              PADLOCKS       CAUSE\n"
            "call-1  100   101  answered  2026-10-26 07:33:20  locked / open\n");
  EXPECT_EQ(run({"calls", "--records"}).out, "(none)\n");
  EXPECT_THAT(run({"calls", "call-1"}).out, HasSubstr("voice       clear (RTP)"));
}

TEST_F(CommandLine, GivesTheAnswerOfTheApiAsJson) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"status"},
                                                  {"users"},
                                                  {"registrations"},
                                                  {"calls"},
                                                  {"explain", "call-1"},
                                                  {"certs"},
                                                  {"settings"},
                                                  {"licence"},
                                                  {"journal"},
                                                  {"classes"}}) {
    auto arguments = command;
    arguments.emplace_back("--json");
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << command.front() << ": " << outcome.err;
    EXPECT_TRUE(boost::json::parse(outcome.out).is_object()) << command.front();
  }
}

TEST_F(CommandLine, SaysInStatusWhatKeepsTheSystemFromEncryptingUntilItIsUnlocked) {
  EXPECT_THAT(run({"status"}).out, HasSubstr("! Encryption is not unlocked on this system. [policy.no-licence]\n"));
  const auto unlocked = run({"unlock"});
  EXPECT_EQ(unlocked.status, 0) << unlocked.err;
  EXPECT_THAT(unlocked.out, HasSubstr("encryption  unlocked\n"));
  EXPECT_THAT(run({"status"}).out, ::testing::Not(HasSubstr("policy.no-licence")));
}

TEST_F(CommandLine, ShowsTheEmbeddedBoardAndEachRelayOfThePool) {
  const auto media = run({"media"});
  EXPECT_EQ(media.status, 0) << media.err;
  for (const char* shown :
       {"5 sessions", "2 sessions on the board", "127.0.0.1:2223", "127.0.0.1:2224", "It did not answer."}) {
    EXPECT_THAT(media.out, HasSubstr(shown));
  }
}

TEST_F(CommandLine, ShowsAndChangesSettings) {
  const auto changed = run({"settings", "--voice-encryption", "off", "--tel", "192.0.2.1,192.0.2.2"});
  EXPECT_EQ(changed.status, 0) << changed.err;
  EXPECT_THAT(changed.out, HasSubstr("voice encryption       no\n"));
  EXPECT_THAT(run({"settings"}).out, HasSubstr("TEL addresses          192.0.2.1, 192.0.2.2\n"));
}

TEST_F(CommandLine, ShowsTheCertificate) {
  const auto shown = run({"certs", "show"});
  EXPECT_THAT(shown.out, HasSubstr("state               valid\n"));
  EXPECT_THAT(shown.out, HasSubstr("SHA-256             " +
                                   pki::spell_fingerprint(pbx_.certificate()->facts().fingerprint_sha256)));
  EXPECT_EQ(run({"certs", "regenerate"}).status, 0);
}

TEST_F(CommandLine, GivesTheCaFileForPhonesAndComparesFingerprints) {  // CERT-10
  const auto file = directory_.path() / "ca.crt";
  const auto done = run({"certs", "trust", "--out", file});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(apps::cli::read_file(file).value(), pbx_.certificate()->to_pem());
  const std::string sha256 = pki::spell_fingerprint(pbx_.certificate()->facts().fingerprint_sha256);
  const auto shown = run({"certs", "trust"});
  EXPECT_THAT(shown.out, HasSubstr(sha256));
  EXPECT_THAT(shown.out, HasSubstr(pbx_.certificate()->to_pem()));
  EXPECT_THAT(run({"certs", "compare", "SHA256 Fingerprint=" + sha256}).out, HasSubstr("the certificate in service"));
  EXPECT_EQ(run({"certs", "compare", pbx_.certificate()->facts().fingerprint_sha1}).status, 0);
  EXPECT_THAT(run({"certs", "compare", std::string(64, '0')}).err, HasSubstr("certificate.other-fingerprint"));
  EXPECT_THAT(run({"certs", "compare", "0011"}).err, HasSubstr("client.fingerprint"));
}

TEST_F(CommandLine, SaysInPlainWordsThatSelfSignedDoesNotAuthenticate) {  // CERT-6
  EXPECT_THAT(
      run({"status"}).out,
      HasSubstr("! The certificate is self-signed: voice is encrypted, but phones cannot tell who they speak to. "
                "[cert.self-signed]\n"));
}

TEST_F(CommandLine, ShowsTheStateOfTheStaple) {
  EXPECT_THAT(run({"certs"}).out, ::testing::Not(HasSubstr("OCSP")));
  pki::OcspState state{
      "http://ocsp.example/",
      pki::OcspAnswer{pki::OcspStatus::good, start_of_test, start_of_test + std::chrono::hours(1), {}}};
  state.problem = base::Error{"ocsp.download-failed", "It is down.", ""};
  pbx_.ocsp_ = std::make_shared<const pki::OcspState>(state);
  const auto shown = run({"certs"});
  EXPECT_THAT(shown.out, HasSubstr("OCSP status     good\n"));
  EXPECT_THAT(shown.out, HasSubstr("stapled         yes\n"));
  EXPECT_THAT(shown.out, HasSubstr("It is down."));
  clock_.advance(std::chrono::hours(1));
  EXPECT_THAT(run({"certs"}).out, HasSubstr("stapled         no\n"));
}

TEST_F(CommandLine, PreparesBothwayFromTheCaFileToTheDryRun) {  // MODE-3, MODE-4, MODE-8
  const auto pem = directory_.path() / "ca.pem";
  std::ofstream(pem) << pbx_.certificate()->to_pem();
  const auto loaded = run({"phone-ca", "load", pem});
  EXPECT_EQ(loaded.status, 0) << loaded.err;
  EXPECT_THAT(loaded.out, HasSubstr("warning: It has expired. [phone-ca.expired, CN=old]\n"));
  EXPECT_THAT(loaded.out, HasSubstr("No list is loaded. [crl.missing]\n"));
  EXPECT_EQ(run({"trunks", "put", "carrier", "192.0.2.7", "--port", "5060"}).status, 0);
  EXPECT_THAT(run({"trunks"}).out, HasSubstr("carrier  192.0.2.7  5060  udp"));
  EXPECT_THAT(run({"trunks"}).out, HasSubstr("[tls.server-revoked]"));
  const auto put = run({"trunks", "put", "carrier", "192.0.2.7", "--transport", "tls", "--prefix", "0:1", "--prefix",
                        "+", "--srtp", "only", "--unverified", "--auth-user", "site", "--password-file", "-"},
                       "s3cret\n");
  EXPECT_EQ(put.status, 0) << put.err;
  EXPECT_THAT(put.out, Not(HasSubstr("s3cret")));
  EXPECT_THAT(run({"trunks"}).out, HasSubstr("+ 0:1"));
  EXPECT_THAT(run({"trunks"}).out, HasSubstr("[trunk.unverified]"));
  EXPECT_THAT(run({"trunks", "put", "b", "192.0.2.8", "--prefix", "0:x"}).err, HasSubstr("client.option"));
  const auto rehearsal = run({"bothway"});
  EXPECT_THAT(rehearsal.out, HasSubstr("1 registrations would stay, 1 phones would go dark"));
  EXPECT_THAT(rehearsal.out, HasSubstr("2002    Bob   baresip  bothway.transport  It registers by UDP."));
  EXPECT_THAT(run({"refusals"}).out, HasSubstr("tls.client-revoked"));
  const auto list = directory_.path() / "list.crl";
  std::ofstream(list) << std::string(150'000, 'x');
  EXPECT_THAT(run({"crl", "add", list}).out, HasSubstr("CN=phones"));
  EXPECT_EQ(run({"trunks", "remove", "carrier"}).status, 0);
}

TEST_F(CommandLine, KeepsNetworkManagersAndSaysWhetherATestWasAcknowledged) {  // OPS-3
  const auto put = run({"snmp", "put", "nms", "192.0.2.9", "--kind", "inform", "--community-file", "-"}, "unseen\n");
  EXPECT_EQ(put.status, 0) << put.err;
  EXPECT_THAT(put.out, HasSubstr("community set       yes\n"));
  EXPECT_EQ(store_->snapshot()->snmp_destinations.at("nms").community.reveal(), "unseen");
  const auto listed = run({"snmp"});
  EXPECT_THAT(listed.out, HasSubstr("nms   192.0.2.9  162   v2c      inform"));
  EXPECT_THAT(listed.out, HasSubstr("0x80001f88050102030405060708\n"));
  EXPECT_THAT(put.out + listed.out, ::testing::Not(HasSubstr("unseen")));
  EXPECT_THAT(run({"snmp", "test", "nms"}).out, HasSubstr("acknowledged the inform"));
  EXPECT_EQ(run({"snmp", "put", "nms", "192.0.2.9", "--kind", "inform", "--port", "1"}).status, 0);
  const auto silent = run({"snmp", "test", "nms"});
  EXPECT_EQ(silent.status, 1);
  EXPECT_THAT(silent.err, HasSubstr("snmp.unanswered"));
  EXPECT_EQ(run({"snmp", "remove", "nms"}).status, 0);
}

TEST_F(CommandLine, ImportsACertificateAndShowsEveryFinding) {  // CERT-2
  const auto file = directory_.path() / "pbx.p12";
  std::ofstream(file) << "as good as a PKCS#12 file";
  const auto done = run({"certs", "import", file}, std::string(pkcs12_password) + "\n");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("warning: The root is missing. [cert.missing-root, CN=root]\n"));
  EXPECT_THAT(done.out, HasSubstr(pki::spell_fingerprint(pbx_.certificate()->facts().fingerprint_sha256)));
  const auto refused = run({"certs", "import", file}, "another\n");
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.out, HasSubstr("error: The password is wrong. [pkcs12.wrong-password]\n"));
  EXPECT_THAT(refused.err, HasSubstr("certificate.not-imported"));
  EXPECT_THAT(run({"journal"}).out, HasSubstr("certificate.imported"));
  EXPECT_THAT(run({"certs", "import", directory_.path() / "none"}, "x\n").err, HasSubstr("client.file"));
}

TEST_F(CommandLine, KeepsATokenFromLoginToLogout) {
  std::filesystem::rename(directory_.path() / "initial-admin-password", directory_.path() / "elsewhere");
  EXPECT_EQ(run({"status"}).status, 4);
  EXPECT_EQ(run({"--user", "watcher", "login"}, "wrong\n").status, 4);
  EXPECT_EQ(run({"--user", "watcher", "login"}, std::string(watchers_password) + "\n").status, 0);
  EXPECT_EQ(std::filesystem::status(directory_.path() / "config/cadenas/token").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(run({"status"}).status, 0);
  EXPECT_EQ(run({"users", "remove", "100"}).status, 4) << "a reader";
  EXPECT_EQ(run({"logout"}).status, 0);
  EXPECT_EQ(run({"status"}).status, 4);
  environment_["CADENAS_TOKEN"] = login("watcher", watchers_password);
  EXPECT_EQ(run({"status"}).status, 0);
}

TEST_F(CommandLine, TrustsByStateDirectoryFingerprintOrCaAndNeverBlindly) {
  environment_["CADENAS_TOKEN"] = login("watcher", watchers_password);
  const auto certificate = directory_.path() / "admin-tls" / "cert.pem";
  EXPECT_EQ(run({"--ca", certificate, "status"}).status, 0);
  environment_.erase("CADENAS_STATE");
  EXPECT_EQ(run({"--fingerprint", server_->fingerprint(), "status"}).status, 0);
  EXPECT_EQ(run({"--fingerprint", std::string(64, '0'), "status"}).status, 3);
  EXPECT_EQ(run({"--state", directory_.path() / "nowhere", "status"}).status, 2);
}

TEST_F(CommandLine, RefusesASecretFileThatOthersCanRead) {
  std::filesystem::permissions(directory_.path() / "initial-admin-password", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto outcome = run({"status"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("client.secret-file"));
}

TEST_F(CommandLine, EndsWithTwoForWrongUsageAndThreeWithoutAServer) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"users", "add"}).status, 2);
  EXPECT_EQ(run({"users", "set", "100", "--srtp-mode", "always"}).status, 2);
  EXPECT_EQ(run({"--help"}).status, 0);
  server_.reset();
  std::ostringstream out;
  std::istringstream in;
  const apps::cli::Surroundings surroundings{out, out, in, [this](const char* name) { return environment_[name]; }};
  EXPECT_EQ(apps::cli::run({"--server", "https://127.0.0.1:1", "status"}, surroundings), 3);
}

TEST(CommandLineTable, AlignsCellsByCharactersAndNotByOctets) {
  EXPECT_EQ(apps::cli::width_of("Zoé ✔"), 5U);
}

}  // namespace
}  // namespace cadenas::test
