#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "running_api.hpp"

namespace cadenas::test {
namespace {

class BothwayApi : public RunningApi {};

// MODE-4
TEST_F(BothwayApi, KeepsATrunkFromItsDeclarationToItsRemoval) {
  auto client = as_administrator();
  const auto put = client->call("PUT", "/api/v1/trunks/carrier",
                                R"({"address":"192.0.2.7","transport":"tls","tls_identity":"sbc.example"})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->at("port").as_int64(), 0);
  const auto trunks = client->call("GET", "/api/v1/trunks")->at("trunks").as_array();
  ASSERT_EQ(trunks.size(), 1U);
  EXPECT_EQ(trunks[0].at("tls_identity").as_string(), "sbc.example");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"192.0.2.7","port":70000})")),
            "request.member-value");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"192.0.2.7","port":-1})")),
            "request.member-type");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"carrier.example"})")),
            "trunk.address-invalid");
  const auto& problem = trunks[0].at("problem");
  EXPECT_EQ(trunks[0].at("state").as_string(), "unreachable");
  EXPECT_EQ(problem.at("code").as_string(), "tls.server-revoked");
  EXPECT_TRUE(client->call("DELETE", "/api/v1/trunks/carrier"));
  EXPECT_EQ(client->exchange("DELETE", "/api/v1/trunks/carrier", "")->status, 404U);
}

// ENC-7, ENC-8: what calls need, and a password that goes in and never comes out.
TEST_F(BothwayApi, KeepsWhatCallsByATrunkNeedAndNeverShowsItsPassword) {
  auto client = as_administrator();
  const auto put = client->call(
      "PUT", "/api/v1/trunks/carrier",
      R"({"address":"192.0.2.7","transport":"tls","routes":[{"prefix":"0","strip":1},{"prefix":"+"}],)"
      R"("auth_user":"site","auth_password":"hidden-from-all","srtp_mode":"preferred","verify_server":false,)"
      R"("offer_style":"dtls",)"
      R"("max_calls":30})");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(put->at("send_port").as_int64(), 5061);
  EXPECT_EQ(put->at("offer_style").as_string(), "dtls");
  EXPECT_EQ(put->at("routes").as_array().size(), 2U);
  const auto listed = client->exchange("GET", "/api/v1/trunks", "");
  EXPECT_EQ(listed->body.find("hidden"), std::string::npos);
  EXPECT_EQ(boost::json::serialize(*put).find("hidden"), std::string::npos);
  const auto kept = store_->snapshot()->trunks.at("carrier");
  EXPECT_EQ(base::as_text(kept->auth_password->view()), "hidden-from-all");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"192.0.2.7","srtp_mode":"only"})")),
            "trunk.srtp-without-tls");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"192.0.2.7","routes":[{"strip":1}]})")),
            "request.member-missing");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a", R"({"address":"192.0.2.7","routes":["0"]})")),
            "request.member-type");
  EXPECT_EQ(code_of(client->call("PUT", "/api/v1/trunks/a",
                                 R"({"address":"192.0.2.7","routes":[{"prefix":"0","strip":1}]})")),
            "trunk.prefix-in-use");
}

TEST_F(BothwayApi, LoadsTheCasOfPhonesWithTheirFindings) {
  auto client = as_administrator();
  EXPECT_TRUE(client->call("GET", "/api/v1/phone-authorities")->at("authorities").as_array().empty());
  EXPECT_EQ(client->exchange("PUT", "/api/v1/phone-authorities", R"({"pem":"nothing"})")->status, 400U);
  const boost::json::object body{{"pem", pbx_.certificate()->to_pem()}};
  const auto loaded = client->call("PUT", "/api/v1/phone-authorities", boost::json::serialize(body));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->at("findings").as_array()[0].at("code").as_string(), "phone-ca.expired");
  const auto& authority = loaded->at("authorities").as_array()[0];
  EXPECT_EQ(authority.at("certificate").at("fingerprint_sha256").as_string(),
            pbx_.certificate()->facts().fingerprint_sha256);
  EXPECT_EQ(authority.at("problem").at("code").as_string(), "crl.missing");
  EXPECT_TRUE(authority.at("revocation_list").is_null());
}

// CERT-7: a list of thousands of certificates is larger than any other body may be.
TEST_F(BothwayApi, TakesARevocationListThatIsLargerThanOtherBodies) {
  auto client = as_administrator();
  const boost::json::object body{{"crl", base::to_base64(base::Bytes(200'000, 7))}};
  const auto added = client->call("POST", "/api/v1/revocation-lists", boost::json::serialize(body));
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->at("revocation_lists").as_array()[0].at("entries").as_int64(), 200'000);
  EXPECT_EQ(connect()->exchange("POST", "/api/v1/session", boost::json::serialize(body))->status, 413U);
  EXPECT_EQ(code_of(client->call("POST", "/api/v1/revocation-lists", R"({"crl":"%%"})")), "request.member-value");
}

TEST_F(BothwayApi, ShowsTheRehearsalAndWhoWasRefused) {
  auto client = as_administrator();
  const auto rehearsal = client->call("GET", "/api/v1/bothway/rehearsal");
  ASSERT_TRUE(rehearsal);
  EXPECT_EQ(rehearsal->at("dark").as_array()[0].at("code").as_string(), "bothway.transport");
  EXPECT_EQ(rehearsal->at("safe").as_int64(), 1);
  const auto refusals = client->call("GET", "/api/v1/refusals");
  ASSERT_TRUE(refusals);
  EXPECT_EQ(refusals->at("refusals").as_array()[0].at("subject").as_string(), "CN=2009");
}

TEST_F(BothwayApi, ChangesTheRulesForCertificatesOfPhones) {
  auto client = as_administrator();
  const auto changed = client->call("PATCH", "/api/v1/settings",
                                    R"({"bind_phone_certificates":true,"crl_uris":["http://ca.example/a.crl"]})");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_TRUE(changed->at("bind_phone_certificates").as_bool());
  EXPECT_FALSE(changed->at("refuse_without_crl").as_bool());
  EXPECT_EQ(changed->at("crl_uris").as_array().size(), 1U);
  EXPECT_EQ(code_of(client->call("PATCH", "/api/v1/settings", R"({"crl_uris":["ftp://ca.example/"]})")),
            "settings.crl-uri-invalid");
}

}  // namespace
}  // namespace cadenas::test
