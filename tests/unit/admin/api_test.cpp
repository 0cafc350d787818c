#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <gmock/gmock.h>

#include "admin/routes.hpp"
#include "running_api.hpp"

namespace cadenas::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Api : public RunningApi {};

TEST_F(Api, WritesTheFirstPasswordToAFileForItsOwnerOnly) {
  const auto file = directory_.path() / "initial-admin-password";
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(admin_password_.size(), 32U);
  const auto again = admin::ensure_first_account(*store_, directory_.path() / "second");
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "second"));
}

TEST_F(Api, AsksForALoginOnEveryRouteThatIsNotOpen) {
  auto client = connect();
  for (const admin::Route& route : admin::routes()) {
    std::string path(route.path);
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "x");
    }
    const auto answer = client->exchange(std::string(to_string(route.method)), path, "");
    ASSERT_TRUE(answer) << route.operation;
    if (route.access == admin::Access::open) {
      EXPECT_NE(answer->status, 401U) << route.operation;
    } else {
      EXPECT_EQ(answer->status, 401U) << route.operation;
    }
  }
}

TEST_F(Api, RefusesAWrongPasswordAndAnUnknownUserAlike) {
  auto client = connect();
  const auto wrong = client->exchange("POST", "/api/v1/session", R"({"user":"admin","password":"wrong"})");
  const auto unknown = client->exchange("POST", "/api/v1/session", R"({"user":"nobody","password":"wrong"})");
  ASSERT_TRUE(wrong && unknown);
  EXPECT_EQ(wrong->status, 401U);
  EXPECT_EQ(unknown->status, wrong->status);
  EXPECT_EQ(unknown->body, wrong->body);
}

TEST_F(Api, MakesAGuesserWaitEvenForTheRightPassword) {
  auto client = connect();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(code_of(client->call("POST", "/api/v1/session", R"({"user":"admin","password":"wrong"})")),
              "api.login-failed");
  }
  const std::string right = R"({"user":"admin","password":")" + admin_password_ + "\"}";
  EXPECT_EQ(code_of(client->call("POST", "/api/v1/session", right)), "api.too-many-logins");
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(code_of(client->call("POST", "/api/v1/session", right)), "");
}

TEST_F(Api, EndsASessionByLogoutAndByTime) {
  auto client = as_administrator();
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/session")), "");
  EXPECT_EQ(code_of(client->call("DELETE", "/api/v1/session")), "");
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/session")), "api.not-authenticated");

  auto idle = as_administrator();
  clock_.advance(std::chrono::hours{1});
  EXPECT_EQ(code_of(idle->call("GET", "/api/v1/session")), "api.not-authenticated");
}

TEST_F(Api, LetsAReaderReadAndChangeNothing) {
  auto client = as_reader();
  for (const admin::Route& route : admin::routes()) {
    if (route.access != admin::Access::administrator) continue;
    std::string path(route.path);
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "x");
    }
    EXPECT_EQ(code_of(client->call(std::string(to_string(route.method)), path, "{}")), "api.role") << route.operation;
  }
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/status")), "");
}

TEST_F(Api, KeepsASubscriptionFromItsAdditionToItsRemoval) {
  auto client = as_administrator();
  const auto added = client->call("POST", "/api/v1/subscriptions",
                                  R"({"number":"*1#2","password":"correct horse","srtp_mode":"only"})");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->at("auth_user").as_string(), "*1#2");
  const auto changed = client->call("PATCH", "/api/v1/subscriptions/*1%232", R"({"display_name":"Zoé"})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->at("display_name").as_string(), "Zoé");
  EXPECT_EQ(changed->at("srtp_mode").as_string(), "only");
  EXPECT_EQ(store_->snapshot()->find("*1#2")->credentials.sha256,
            store::digest_credentials("*1#2", store_->snapshot()->settings.realm, "correct horse").sha256);
  EXPECT_EQ(code_of(client->call("DELETE", "/api/v1/subscriptions/*1%232")), "");
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/subscriptions/*1%232")), "subscription.unknown");
}

TEST_F(Api, ChangesAPasswordAndAsksForItWithANewUserName) {
  auto client = as_administrator();
  ASSERT_EQ(add_user(*client, "100"), "");
  EXPECT_EQ(code_of(client->call("PATCH", "/api/v1/subscriptions/100", R"({"auth_user":"alice"})")),
            "subscription.password-needed");
  EXPECT_EQ(
      code_of(client->call("PATCH", "/api/v1/subscriptions/100", R"({"auth_user":"alice","password":"another one"})")),
      "");
  const auto* now = store_->snapshot()->find("100");
  EXPECT_EQ(now->credentials.md5,
            store::digest_credentials("alice", store_->snapshot()->settings.realm, "another one").md5);
}

struct BadBody {
  const char* body;
  const char* code;
  const char* field;
};

TEST_F(Api, SaysWhichMemberOfABodyIsWrong) {
  auto client = as_administrator();
  for (const BadBody& bad : {
           BadBody{"{", "request.not-json", ""},
           BadBody{"[]", "request.not-object", ""},
           BadBody{R"({"number":"100"})", "request.member-missing", "password"},
           BadBody{R"({"number":100,"password":"correct horse"})", "request.member-type", "number"},
           BadBody{R"({"number":"1","password":"correct horse","encryption_right":"yes"})", "request.member-type",
                   "encryption_right"},
           BadBody{R"({"number":"1","password":"correct horse","srtp_mode":"always"})", "request.member-value",
                   "srtp_mode"},
           BadBody{R"({"number":"1","password":"correct horse","colour":"red"})", "request.member-unknown", "colour"},
           BadBody{R"({"number":"1","password":"short"})", "subscription.password-invalid", "password"},
           BadBody{R"({"number":"a b","password":"correct horse"})", "subscription.number-invalid", "number"},
       }) {
    const auto raw = client->exchange("POST", "/api/v1/subscriptions", bad.body);
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->status, 400U) << bad.body;
    const auto error = boost::json::parse(raw->body).at("error");
    EXPECT_EQ(std::string(error.at("code").as_string()), bad.code) << bad.body;
    EXPECT_EQ(std::string(error.at("field").as_string()), bad.field) << bad.body;
  }
}

TEST_F(Api, AnswersAConflictWith409) {
  auto client = as_administrator();
  ASSERT_EQ(add_user(*client, "100"), "");
  const auto again =
      client->exchange("POST", "/api/v1/subscriptions", R"({"number":"100","password":"correct horse"})");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 409U);
  const auto last = client->exchange("DELETE", "/api/v1/accounts/admin", "");
  EXPECT_EQ(last->status, 409U);
}

TEST_F(Api, KnowsNoOtherPathAndNamesTheMethodsOfThoseItKnows) {
  auto client = connect();
  EXPECT_EQ(client->exchange("GET", "/api/v1/nothing", "")->status, 404U);
  EXPECT_EQ(client->exchange("GET", "/api/v1/subscriptions/100/", "")->status, 404U);
  EXPECT_EQ(client->exchange("GET", "/", "")->status, 404U);
  EXPECT_EQ(client->exchange("GET", "/%zz", "")->status, 400U);
  const auto wrong = client->exchange("PUT", "/api/v1/subscriptions", "");
  EXPECT_EQ(wrong->status, 405U);
  EXPECT_EQ(wrong->headers.at("Allow"), "GET, POST");
}

TEST_F(Api, RefusesABodyThatIsTooLarge) {
  const auto answer = connect()->exchange("POST", "/api/v1/session", std::string(70'000, ' '));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413U);
}

TEST_F(Api, RefusesAHeaderThatIsTooLarge) {
  auto client = connect();
  client->use_token(std::string(20'000, 'x'));
  const auto answer = client->exchange("GET", "/healthz", "");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 431U);
}

TEST_F(Api, ChangesSettingsAndUnlocksEncryption) {
  auto client = as_administrator();
  const auto changed = client->call("PATCH", "/api/v1/settings",
                                    R"({"voice_encryption":false,"mode":"no_tls","fqdns":["pbx.example"]})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->at("mode").as_string(), "no_tls");
  EXPECT_FALSE(changed->at("voice_encryption").as_bool());
  EXPECT_EQ(client->exchange("PATCH", "/api/v1/settings", R"({"mode":"bothway"})")->status, 400U);

  const auto locked = client->call("GET", "/api/v1/licence");
  EXPECT_FALSE(locked->at("encryption").as_bool());
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/licence", R"({"unlock_key":"0000"})")), "licence.key-invalid");
}

TEST_F(Api, WritesChangesToTheJournalWithWhoMadeThem) {
  auto client = as_administrator();
  ASSERT_EQ(add_user(*client, "100"), "");
  const auto journal = client->call("GET", "/api/v1/journal?limit=1");
  ASSERT_TRUE(journal) << journal.error().message;
  const auto& entry = journal->at("journal").at(0);
  EXPECT_EQ(entry.at("actor").as_string(), "admin");
  EXPECT_EQ(entry.at("code").as_string(), "subscription.added");
  EXPECT_EQ(entry.at("subject").as_string(), "100");
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/journal?limit=0")), "request.query");
}

TEST_F(Api, EndsTheSessionsOfAnAccountWhosePasswordIsChanged) {
  auto reader = as_reader();
  auto client = as_administrator();
  ASSERT_EQ(code_of(client->call("PUT", "/api/v1/accounts/watcher", R"({"password":"something new"})")), "");
  EXPECT_EQ(code_of(reader->call("GET", "/api/v1/status")), "api.not-authenticated");
  EXPECT_NE(login("watcher", "something new"), "");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/accounts/watcher", R"({"password":"short"})")),
            "account.password-too-short");
}

// RIGHT-9: every condition that fails is named with its requirement and the place to change it.
TEST_F(Api, ExplainsEachConditionOfEachLegAndWhereToChangeIt) {
  const auto answer = as_reader()->call("GET", "/api/v1/calls/call-1/explain");
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& clear_leg = answer->at("legs").at(1);
  const auto& conditions = clear_leg.at("conditions").as_array();
  EXPECT_EQ(conditions.size(), policy::condition_count);
  std::vector<std::string> failing;
  for (const auto& condition : conditions) {
    EXPECT_FALSE(condition.at("where").as_string().empty());
    EXPECT_FALSE(condition.at("where_fr").as_string().empty());
    if (!condition.at("holds").as_bool()) failing.emplace_back(condition.at("code").as_string());
  }
  EXPECT_THAT(failing, ::testing::ElementsAre("policy.no-right", "policy.signalling-clear"));
  EXPECT_EQ(code_of(as_reader()->call("GET", "/api/v1/calls/other/explain")), "call.unknown");
}

TEST_F(Api, ExplainsACallThatHasEndedFromItsRecord) {
  store::CallRecord record;
  record.id = "old";
  record.from = "100";
  record.to = "101";
  record.started = record.ended = start_of_test;
  record.cause = "bye";
  store::LegRecord leg;
  leg.party = "100";
  leg.transport = "UDP";
  leg.failing = {"policy.signalling-clear"};
  record.legs.push_back(leg);
  std::promise<void> kept;
  store_->record_call(record, [&kept](const base::Result<void>&) { kept.set_value(); });
  kept.get_future().wait();

  auto client = as_reader();
  const auto answer = client->call("GET", "/api/v1/calls/old/explain");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->at("in_progress").as_bool());
  EXPECT_EQ(answer->at("legs").at(0).at("conditions").at(0).at("requirement").as_string(), "ENC-8");
  EXPECT_EQ(code_of(client->call("GET", "/api/v1/call-records/old")), "");
  EXPECT_EQ(client->call("GET", "/api/v1/call-records")->at("call_records").as_array().size(), 1U);
}

TEST_F(Api, GivesMetricsInThePrometheusTextFormat) {
  EXPECT_EQ(connect()->exchange("GET", "/metrics", "")->status, 401U);
  const auto answer = as_reader()->exchange("GET", "/metrics", "");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr("# HELP cadenas_sip_messages_received_total SIP messages received.\n"
                                      "# TYPE cadenas_sip_messages_received_total counter\n"
                                      "cadenas_sip_messages_received_total{transport=\"TLS\"} 12\n"
                                      "cadenas_sip_messages_received_total{transport=\"UDP\"} 3\n"));
  EXPECT_THAT(answer->body, HasSubstr("# TYPE cadenas_calls gauge\ncadenas_calls 1\n"));
  EXPECT_THAT(answer->body, HasSubstr("\ncadenas_certificate_valid 1\n"));
  EXPECT_EQ(answer->body.back(), '\n');
}

TEST_F(Api, GivesMetricsToLoopbackWithoutALoginWhereThatIsConfigured) {
  admin::ServerSettings settings;
  settings.api.metrics_without_login = true;
  restart(settings);
  EXPECT_EQ(connect()->exchange("GET", "/metrics", "")->status, 200U);
  EXPECT_EQ(connect()->exchange("GET", "/api/v1/status", "")->status, 401U);
}

TEST_F(Api, AnswersNothingSecretOnAnyRoute) {
  auto client = as_administrator();
  ASSERT_EQ(add_user(*client, "100"), "");
  const auto snapshot = store_->snapshot();
  const auto& credentials = snapshot->find("100")->credentials;
  const std::vector<std::string> secrets{
      "correct horse",
      admin_password_,
      watchers_password,
      std::string(credentials.md5.reveal_hex()),
      std::string(credentials.sha256.reveal_hex()),
      snapshot->accounts.at("admin").password.reveal_encoded(),
      "scrypt$",
      "PRIVATE KEY",
      "inline:",
      "a=crypto",
  };
  for (const admin::Route& route : admin::routes()) {
    if (route.method != admin::Method::get) continue;
    std::string path(route.path);
    const auto fill = [&path](const std::string& name, const std::string& value) {
      if (const auto at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    };
    fill("{number}", "100");
    fill("{id}", "call-1");
    const auto answer = client->exchange("GET", path, "");
    ASSERT_TRUE(answer) << path;
    for (const std::string& secret : secrets) EXPECT_THAT(answer->body, Not(HasSubstr(secret))) << path;
  }
  const auto echoed =
      client->exchange("POST", "/api/v1/subscriptions", R"({"number":"100","password":"correct horse"})");
  EXPECT_THAT(echoed->body, Not(HasSubstr("correct horse")));
}

TEST_F(Api, RefusesAClientThatExpectsAnotherCertificate) {
  const auto client =
      apps::cli::ApiClient::connect("127.0.0.1", std::to_string(server_->address().port()), {std::string(64, 'a'), {}});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, "client.not-trusted");
}

TEST_F(Api, KeepsItsCertificateOverARestart) {
  const std::string before = server_->fingerprint();
  restart({});
  EXPECT_EQ(server_->fingerprint(), before);
}

TEST_F(Api, ClosesConnectionsBeyondItsLimitAndServesTheOthers) {
  admin::ServerSettings settings;
  settings.http.connections = 1;
  restart(settings);
  auto first = connect();
  const auto second = apps::cli::ApiClient::connect("127.0.0.1", std::to_string(server_->address().port()),
                                                    {server_->fingerprint(), {}});
  EXPECT_FALSE(second);
  EXPECT_EQ(first->exchange("GET", "/healthz", "")->status, 200U);
}

}  // namespace
}  // namespace cadenas::test
