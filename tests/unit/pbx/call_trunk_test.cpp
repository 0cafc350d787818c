// Calls to and from a declared SIP trunk (ENC-7, ENC-8, MODE-4).

#include "call_harness.hpp"
#include "pbx/trunk_match.hpp"
#include "sip/auth_header.hpp"
#include "sip/digest.hpp"
#include "sip/name_addr.hpp"

namespace cadenas::pbx::test {
namespace {

store::Trunk carrier(store::TrunkTransport transport = store::TrunkTransport::tls) {
  store::Trunk trunk{"carrier", "198.51.100.2", 0, transport};
  trunk.routes = {{"0", 1}};
  if (transport == store::TrunkTransport::tls) trunk.srtp_mode = store::SrtpMode::preferred;
  return trunk;
}

struct Linked {
  explicit Linked(const store::Trunk& as = carrier(), unsigned loops = 1)
      : exchange(loops), a(exchange.phone("100")), trunk(exchange.trunk(as, loops - 1)) {}
  /// 100 calls 0123; the trunk's INVITE.
  sip::Message called() {
    a.invite("0123", savp(4000, 'a'));
    return trunk.request(sip::Method::invite);
  }
  Exchange exchange;
  Phone& a;
  Phone& trunk;
};

TEST(CallByTrunk, GoesOutWithThePrefixStrippedAndEncryptedOnBothLegs) {
  for (const unsigned loops : {1U, 2U}) {
    Linked t(carrier(), loops);
    const auto invite = t.called();
    const std::string remote = t.trunk.flow.remote.to_string();
    EXPECT_EQ(invite->request_uri(), "sip:123@" + remote + ";transport=tls");
    EXPECT_EQ(invite->value(sip::HeaderId::to), "<sip:123@" + t.trunk.flow.remote.address() + ">");
    EXPECT_NE(invite->value(sip::HeaderId::from).find("sip:100@"), std::string_view::npos);
    EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/SAVP");
    t.trunk.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
    t.trunk.request(sip::Method::ack);
    t.a.ack(*t.a.response(200));
    const auto view = t.exchange.views().at(0);
    EXPECT_EQ(view.to, "0123");
    EXPECT_EQ(view.legs.at(0).srtp_suite, aes256);
    EXPECT_EQ(view.legs.at(1).srtp_suite, aes256);
    EXPECT_EQ(view.legs.at(1).trunk, "carrier");
    t.trunk.send("BYE");
    t.trunk.response(200);
    t.a.respond(*t.a.request(sip::Method::bye), 200);
    EXPECT_EQ(t.exchange.counts().legs, 0U);
    EXPECT_EQ(t.exchange.records.at(0).cause, "bye");
  }
}

TEST(CallByTrunk, LongestPrefixDecidesAndSubscriptionsComeFirst) {
  store::Snapshot model;
  const auto put = [&](const char* name, std::vector<store::TrunkRoute> routes) {
    store::Trunk trunk{name, "198.51.100.2"};
    trunk.routes = std::move(routes);
    model.trunks[name] = std::make_shared<const store::Trunk>(trunk);
  };
  put("abroad", {{"00", 1}});
  put("city", {{"0", 1}, {"+33", 0}});
  const auto dialled = [&](const char* number) {
    const auto route = route_to_trunk(model, number);
    return route ? route->trunk->name + " " + route->dialled : std::string("none");
  };
  EXPECT_EQ(dialled("0123"), "city 123");
  EXPECT_EQ(dialled("0049"), "abroad 049");
  EXPECT_EQ(dialled("+33123"), "city +33123");
  EXPECT_EQ(dialled("123"), "none");
  EXPECT_EQ(dialled("0"), "none") << "nothing is left to dial";
  Linked t;
  Phone& inside = t.exchange.phone("0800");
  t.a.invite("0800", savp(4000, 'a'));
  inside.request(sip::Method::invite);
  EXPECT_TRUE(t.trunk.silent());
  t.a.invite("777", savp(4000, 'a'));
  t.a.response(404);
}

// ENC-8: whatever the trunk's far end could do, no key leaves on a clear transport.
TEST(CallByTrunk, OverUdpIsClearAndExplainedByTheTrunksSettings) {
  Linked t(carrier(store::TrunkTransport::udp));
  const auto invite = t.called();
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  EXPECT_FALSE(sdp_of(*invite).media[0].has_attribute("crypto"));
  t.trunk.respond(*invite, 200, description("RTP/AVP", 5000));
  t.trunk.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  const auto leg = t.exchange.views().at(0).legs.at(1);
  EXPECT_NE(leg.reason.find("policy.trunk-srtp-off"), std::string::npos) << leg.reason;
  EXPECT_NE(leg.reason.find("policy.trunk-signalling-clear"), std::string::npos) << leg.reason;
  EXPECT_EQ(leg.reason.find("policy.no-right"), std::string::npos) << leg.reason;
  const auto applies = [&](policy::Condition condition) {
    return leg.verdicts.at(static_cast<std::size_t>(condition)).applies;
  };
  EXPECT_FALSE(applies(policy::Condition::subscription_right));
  EXPECT_FALSE(applies(policy::Condition::terminal_srtp_on));
  EXPECT_TRUE(applies(policy::Condition::trunk_srtp_on));
}

TEST(CallByTrunk, SetToSrtpOnlyRefusesRatherThanSpeaksClear) {
  auto trunk = carrier();
  trunk.srtp_mode = store::SrtpMode::only;
  Linked t(trunk);
  t.exchange.settings.voice_encryption = false;
  t.exchange.publish();
  t.a.invite("0123", description("RTP/AVP", 4000));
  t.a.response(488);
  EXPECT_TRUE(t.trunk.silent());
}

TEST(CallByTrunk, ThatCannotBeReachedIsRefusedAtOnceAndRecordedWithTheCause) {
  Linked t;
  t.exchange.trunk_trouble = base::Error{"tls.server-revoked", "The server's certificate was revoked.", "CN=carrier"};
  t.a.invite("0123", savp(4000, 'a'));
  t.a.response(502);
  EXPECT_EQ(t.exchange.records.at(0).cause, "refused 502 tls.server-revoked");
  EXPECT_EQ(t.exchange.counts().calls, 0U);
  t.exchange.trunk_trouble.reset();
  t.called();
}

TEST(CallByTrunk, LosingItsConnectionBeforeTheAnswerIsToldAtOnce) {
  Linked t;
  t.called();
  t.exchange.close(t.trunk);
  t.a.response(500);
}

TEST(CallByTrunk, CarriesNoMoreCallsThanDeclared) {
  auto trunk = carrier();
  trunk.max_calls = 1;
  Linked t(trunk);
  t.exchange.phone("200");
  t.called();
  Phone& other = t.exchange.phone("300");
  other.invite("0456", savp(4000, 'c'));
  other.response(500);
  EXPECT_EQ(t.exchange.records.at(0).cause, "refused 500 trunk.busy");
  t.trunk.invite("200", savp(6000, 't'));
  t.trunk.response(503);
  t.a.cancel();
  t.a.response(200);
  t.a.response(487);
  t.exchange.settle();
  other.invite("0456", savp(4000, 'c'));
  EXPECT_TRUE(other.silent()) << "the line is free again";
}

/// What the trunk's digest check says of the INVITE.
bool proves(const sip::MessageView& invite, sip::HeaderId header, const std::string& user,
            const std::string& password) {
  const auto credentials = sip::DigestCredentials::parse(invite.value(header));
  if (!credentials || credentials->username != user) return false;
  const auto ha1 = sip::digest_ha1(credentials->algorithm, user, credentials->realm, password);
  return sip::digest_verify(*credentials, ha1, "INVITE");
}

store::Trunk with_password() {
  auto trunk = carrier();
  trunk.auth_user = "site";
  trunk.auth_password = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes("s3cret")));
  return trunk;
}

TEST(CallByTrunk, AnswersTheTrunksDigestChallenge) {
  for (const auto& [status, header, answer] :
       {std::tuple{401, "WWW-Authenticate", sip::HeaderId::authorization},
        std::tuple{407, "Proxy-Authenticate", sip::HeaderId::proxy_authorization}}) {
    Linked t(with_password());
    const auto first = t.called();
    const std::string challenge =
        std::string(header) + ": Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-512-256\r\n" +
        header + ": Digest realm=\"carrier\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256\r\n";
    t.trunk.respond(*first, status, {}, challenge);
    t.trunk.request(sip::Method::ack);
    const auto second = t.trunk.request(sip::Method::invite);
    EXPECT_GT(second->cseq(), first->cseq());
    EXPECT_EQ(second->call_id(), first->call_id());
    EXPECT_TRUE(proves(*second, answer, "site", "s3cret")) << second->value(answer);
    t.trunk.respond(*second, 200, savp_answer(*second, 5000, 'b'));
    t.trunk.request(sip::Method::ack);
    t.a.ack(*t.a.response(200));
  }
}

TEST(CallByTrunk, GivesUpWhereItsPasswordIsWrongAndDoesNotLeakTheChallenge) {
  Linked t(with_password());
  const std::string challenge = "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n";
  const auto stale = "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n2\", qop=\"auth\", stale=true\r\n";
  t.trunk.respond(*t.called(), 401, {}, challenge);
  t.trunk.request(sip::Method::ack);
  t.trunk.respond(*t.trunk.request(sip::Method::invite), 401, {}, stale);
  t.trunk.request(sip::Method::ack);
  t.trunk.respond(*t.trunk.request(sip::Method::invite), 401, {}, stale);
  t.trunk.request(sip::Method::ack);
  const auto told = t.a.response(502);
  EXPECT_EQ(told->find(sip::HeaderId::www_authenticate), nullptr);
  EXPECT_TRUE(t.trunk.silent());
}

TEST(CallFromTrunk, IsRoutedToTheSubscriptionItNames) {
  Linked t;
  t.trunk.invite("100", savp(6000, 't'), "P-Asserted-Identity: \"Bob\" <sip:+33123@carrier.example>\r\n");
  const auto invite = t.a.request(sip::Method::invite);
  EXPECT_NE(invite->value(sip::HeaderId::from).find("\"Bob\" <sip:+33123@"), std::string_view::npos);
  t.a.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.a.request(sip::Method::ack);
  t.trunk.ack(*t.trunk.response(200));
  const auto view = t.exchange.views().at(0);
  EXPECT_EQ(view.from, "+33123");
  EXPECT_EQ(view.legs.at(0).trunk, "carrier");
  EXPECT_EQ(view.legs.at(0).srtp_suite, aes256);
}

TEST(CallFromTrunk, WhoseCallerIsNoNumberIsAnonymous) {
  Linked t;
  t.trunk.invite("100", savp(6000, 't'), "P-Asserted-Identity: <sip:a%20b@carrier.example>\r\n");
  t.a.request(sip::Method::invite);
  EXPECT_EQ(t.exchange.views().at(0).from, "anonymous");
}

// The number a trunk names is not proved: no phone of that number gets its dialog.
TEST(CallFromTrunk, EndsWithItsConnectionThoughAPhoneOfItsNumberComesBack) {
  Linked t;
  t.trunk.invite("100", savp(6000, 't'), "P-Asserted-Identity: <sip:200@carrier.example>\r\n");
  const auto invite = t.a.request(sip::Method::invite);
  t.a.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.a.request(sip::Method::ack);
  t.trunk.ack(*t.trunk.response(200));
  t.exchange.close(t.trunk);
  t.exchange.phone("200");
  t.a.request(sip::Method::bye);
  EXPECT_EQ(t.exchange.records.at(0).cause, "flow closed");
}

// Toll fraud: who speaks behind a trunk is not authenticated.
TEST(CallFromTrunk, ReachesOurNumbersOnly) {
  Linked t;
  t.trunk.invite("0123", savp(6000, 't'));
  t.trunk.response(404);
  t.trunk.invite("999", savp(6000, 't'));
  t.trunk.response(404);
  t.trunk.invite("100", savp(6000, 't'), "Replaces: x;to-tag=1;from-tag=2\r\n");
  t.trunk.response(403);
  EXPECT_TRUE(t.a.silent());
}

TEST(CallFromTrunk, TransfersNobodyAndIsTransferredToNoTrunk) {
  Linked t;
  t.trunk.invite("100", savp(6000, 't'));
  const auto invite = t.a.request(sip::Method::invite);
  t.a.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.a.request(sip::Method::ack);
  t.trunk.ack(*t.trunk.response(200));
  const auto refer = [&](Phone& by) {
    by.send("REFER", {}, "Refer-To: <sip:0123@192.0.2.1>\r\n");
    by.response(202);
    auto notify = by.request(sip::Method::notify);
    if (notify->body().find("100 Trying") != std::string_view::npos) {
      by.respond(*notify, 200);
      notify = by.request(sip::Method::notify);
    }
    by.respond(*notify, 200);
    return std::string(notify->body());
  };
  EXPECT_NE(refer(t.trunk).find("403"), std::string::npos);
  EXPECT_NE(refer(t.a).find("403"), std::string::npos);
  EXPECT_EQ(t.exchange.views().at(0).state, CallState::answered) << "the call itself goes on";
}

}  // namespace
}  // namespace cadenas::pbx::test
