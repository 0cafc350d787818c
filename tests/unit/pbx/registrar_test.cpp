#include "pbx/registrar.hpp"

#include <gtest/gtest.h>

#include "registration_bench.hpp"
#include "sip/name_addr.hpp"

namespace cadenas::pbx::test {
namespace {

const std::string bob_contact = "Contact: <sip:bob@192.0.2.10:5060>\r\n";

class Registration : public ::testing::Test {
 protected:
  RegistrationBench bench{snapshot_with({{"bob", "zanzibar"}})};
  sip::Message sign_in(unsigned cseq, const std::string& lines, const sip::Flow& flow,
                       const std::string& call_id = "call-1") {
    return bench.sign_in("bob", "zanzibar", cseq, lines, flow, call_id);
  }
};

std::size_t contacts_in(const sip::Message& response) {
  return sip::name_addrs(response.view(), sip::HeaderId::contact).value().size();
}

// RFC 3665 §2.1
TEST_F(Registration, NewRegistrationIsChallengedThenListsItsContactWithDateAndExpiry) {
  const auto challenged = bench.ask(register_text("bob", 1, bob_contact), udp_flow());
  EXPECT_EQ(challenged->status(), 401);
  EXPECT_TRUE(bench.bindings("bob").empty());

  const auto proof = authorization(challenged.view(), "bob", "zanzibar");
  const auto bound = bench.ask(register_text("bob", 2, bob_contact + proof), udp_flow());
  EXPECT_EQ(bound->status(), 200);
  EXPECT_EQ(bound->value(sip::HeaderId::contact), "<sip:bob@192.0.2.10:5060>;expires=3600");
  EXPECT_EQ(bound->value(sip::HeaderId::date), "Fri, 15 Jan 2027 08:00:00 GMT");
  EXPECT_TRUE(bound->lists(sip::HeaderId::supported, "outbound"));
  EXPECT_FALSE(bound->to_tag().empty());
}

// RFC 3665 §2.2
TEST_F(Registration, UpdateAddsAContactBesideTheFirstByFallingQ) {
  sign_in(1, "Contact: <sip:bob@192.0.2.10>;q=0.5\r\n", udp_flow());
  const auto updated = sign_in(3, "Contact: <sip:bob@192.0.2.99>;q=0.9;expires=120\r\n", udp_flow());
  const auto contacts = sip::name_addrs(updated.view(), sip::HeaderId::contact).value();
  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].uri.host, "192.0.2.99");
  EXPECT_EQ(contacts[0].expires(), 120U);
  EXPECT_EQ(contacts[1].q(), 500U);
}

// RFC 3665 §2.3
TEST_F(Registration, RequestWithoutContactListsTheBindingsAndChangesNothing) {
  sign_in(1, bob_contact, udp_flow());
  bench.clock.advance(base::Millis{600'000});
  const auto listed = sign_in(3, "", udp_flow());
  EXPECT_EQ(listed->status(), 200);
  EXPECT_EQ(listed->value(sip::HeaderId::contact), "<sip:bob@192.0.2.10:5060>;expires=3000");
}

// RFC 3665 §2.4
TEST_F(Registration, StarWithExpiresZeroRemovesEveryBinding) {
  sign_in(1, bob_contact, udp_flow());
  sign_in(3, "Contact: <sip:bob@192.0.2.99>\r\n", udp_flow());
  const auto cancelled = sign_in(5, "Contact: *\r\nExpires: 0\r\n", udp_flow());
  EXPECT_EQ(cancelled->status(), 200);
  EXPECT_EQ(cancelled->find(sip::HeaderId::contact), nullptr);
  EXPECT_TRUE(bench.bindings("bob").empty());
}

// RFC 3665 §2.5
TEST_F(Registration, WrongPasswordIsChallengedAgainAndBindsNothing) {
  EXPECT_EQ(bench.sign_in("bob", "guess", 1, bob_contact, udp_flow())->status(), 401);
  EXPECT_TRUE(bench.bindings("bob").empty());
}

// RFC 3261 §10.2.2: "*" only with Expires 0, and alone
TEST_F(Registration, RefusesStarWithAnythingElse) {
  sign_in(1, bob_contact, udp_flow());
  EXPECT_EQ(sign_in(3, "Contact: *\r\n", udp_flow())->status(), 400);
  EXPECT_EQ(sign_in(5, "Contact: *\r\nExpires: 60\r\n", udp_flow())->status(), 400);
  EXPECT_EQ(sign_in(7, "Contact: *, <sip:bob@192.0.2.9>\r\nExpires: 0\r\n", udp_flow())->status(), 400);
  EXPECT_EQ(bench.bindings("bob").size(), 1U);
}

// RFC 3261 §10.3 step 7
TEST_F(Registration, ExpiresZeroRemovesThatContactOnly) {
  sign_in(1, bob_contact + "Contact: <sip:bob@192.0.2.99>\r\n", udp_flow());
  const auto left = sign_in(3, "Contact: <sip:bob@192.0.2.99>;expires=0\r\n", udp_flow());
  EXPECT_EQ(contacts_in(left), 1U);
}

// RFC 3261 §10.2.8
TEST_F(Registration, TooBriefExpiryIsAnswered423WithMinExpires) {
  const auto refused = sign_in(1, "Contact: <sip:bob@192.0.2.10>;expires=30\r\n", udp_flow());
  EXPECT_EQ(refused->status(), 423);
  EXPECT_EQ(refused->value(sip::HeaderId::min_expires), "60");
}

TEST_F(Registration, LongExpiryIsCutAndMalformedExpiryCountsAsTheDefault) {
  const auto cut = sign_in(1, bob_contact + "Expires: 999999\r\n", udp_flow());
  EXPECT_EQ(sip::name_addrs(cut.view(), sip::HeaderId::contact).value()[0].expires(), 7200U);
  const auto defaulted = sign_in(3, "Contact: <sip:bob@192.0.2.10:5060>;expires=soon\r\n", udp_flow());
  EXPECT_EQ(sip::name_addrs(defaulted.view(), sip::HeaderId::contact).value()[0].expires(), 3600U);
}

TEST_F(Registration, BindingIsGoneOnceItsTimeHasRunOut) {
  sign_in(1, "Contact: <sip:bob@192.0.2.10>;expires=60\r\n", udp_flow());
  bench.clock.advance(base::Millis{59'999});
  EXPECT_EQ(bench.bindings("bob").size(), 1U);
  bench.clock.advance(base::Millis{1});
  EXPECT_TRUE(bench.bindings("bob").empty());
}

// RFC 3261 §10.3 step 7: an older CSeq of the same Call-ID changes nothing; another Call-ID starts anew
TEST_F(Registration, OlderCSeqOfTheSameCallIdIsRefusedAndAnotherCallIdIsNot) {
  sign_in(10, bob_contact, udp_flow());
  EXPECT_EQ(sign_in(5, bob_contact, udp_flow())->status(), 500);
  EXPECT_EQ(sign_in(1, bob_contact, udp_flow(), "call-2")->status(), 200);
}

// RFC 3261 §8.2.7: stateless, so the repeated request must meet the same answer
TEST_F(Registration, RetransmissionOverUdpIsAnsweredAlike) {
  const auto challenged = bench.ask(register_text("bob", 1, bob_contact), udp_flow());
  const auto text = register_text("bob", 2, bob_contact + authorization(challenged.view(), "bob", "zanzibar"));
  bench.ask(text, udp_flow());
  const std::string first = bench.sent.at(0);
  bench.ask(text, udp_flow());
  EXPECT_EQ(bench.sent.at(0), first);
  EXPECT_EQ(bench.bindings("bob").size(), 1U);
}

TEST_F(Registration, AtMostTenContactsForANumberAndTheEleventhLeavesThemAsTheyAre) {
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += "Contact: <sip:bob@192.0.2." + std::to_string(20 + i) + ">\r\n";
  EXPECT_EQ(sign_in(1, ten, udp_flow())->status(), 200);
  EXPECT_EQ(sign_in(3, "Contact: <sip:bob@192.0.2.77>\r\n", udp_flow())->status(), 403);
  EXPECT_EQ(bench.bindings("bob").size(), 10U);
}

// RFC 5626 §6
TEST_F(Registration, SameInstanceAndRegIdReplaceTheFormerFlow) {
  const std::string lines =
      "Supported: path, outbound\r\nContact: <sip:bob@192.0.2.10:PORT;transport=tls>;reg-id=1"
      ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\"\r\n";
  auto with_port = [&](const char* port) {
    std::string out = lines;
    return out.replace(out.find("PORT"), 4, port);
  };
  sign_in(1, with_port("20001"), tls_flow(1));
  const auto again = sign_in(1, with_port("20002"), tls_flow(2), "call-2");
  EXPECT_EQ(again->status(), 200);
  EXPECT_TRUE(again->lists(sip::HeaderId::require, "outbound"));
  EXPECT_EQ(contacts_in(again), 1U);
  const auto bindings = bench.bindings("bob");
  ASSERT_EQ(bindings.size(), 1U);
  EXPECT_EQ(bindings[0].flow, tls_flow(2));
  EXPECT_EQ(bindings[0].reg_id, 1U);
  // The former flow's end is none of the new one's business.
  bench.on_flow_closed(tls_flow(1), sip::CloseReason::by_peer);
  EXPECT_EQ(bench.bindings("bob").size(), 1U);
}

// RFC 5626 §6: regarded only from who says it supports outbound
TEST_F(Registration, RegIdWithoutOutboundSupportIsIgnored) {
  const auto bound =
      sign_in(1, "Contact: <sip:bob@192.0.2.10>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\n", udp_flow());
  EXPECT_EQ(bound->status(), 200);
  EXPECT_FALSE(bound->lists(sip::HeaderId::require, "outbound"));
  EXPECT_EQ(bench.bindings("bob").at(0).reg_id, 0U);
}

TEST_F(Registration, BindingIsGoneWhenItsConnectionCloses) {
  sign_in(1, "Contact: <sip:bob@192.0.2.10:20001;transport=tls>\r\n", tls_flow(1));
  sign_in(3, "Contact: <sip:bob@192.0.2.10:20002;transport=tls>\r\n", tls_flow(2));
  bench.on_flow_closed(tls_flow(1), sip::CloseReason::by_peer);
  const auto left = bench.bindings("bob");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].flow, tls_flow(2));
  EXPECT_EQ(bench.locations.lost_with_connection(), 1U);
}

// ENC-8: a secure contact is not taken over a clear transport
TEST_F(Registration, SipsContactIsAcceptedOverTlsAndRefusedOverUdp) {
  EXPECT_EQ(sign_in(1, "Contact: <sips:bob@192.0.2.10>\r\n", udp_flow())->status(), 400);
  EXPECT_EQ(sign_in(3, "Contact: <sips:bob@192.0.2.10>\r\n", tls_flow(1))->status(), 200);
  auto browser = tls_flow(2);
  browser.transport = sip::Transport::wss;
  EXPECT_EQ(sign_in(5, "Contact: <sips:bob@h3k9.invalid;transport=ws>\r\n", browser)->status(), 200);
}

TEST(RegistrationOnTwoLoops, NumberKeptOnTheOtherLoopIsBoundAndAnsweredAlike) {
  const auto numbers = {"100", "101", "102", "103", "104", "105", "106", "107"};
  std::vector<std::pair<std::string, std::string>> users;
  for (const auto* number : numbers) users.emplace_back(number, "secret-" + std::string(number));
  RegistrationBench bench(snapshot_with(users), 2);
  std::size_t elsewhere = 0;
  for (const auto& [number, password] : users) {
    if (bench.locations.home_of(number).index() == 1) ++elsewhere;
    const auto bound = bench.sign_in(number, password, 1, "Contact: <sip:" + number + "@192.0.2.10>\r\n", udp_flow());
    EXPECT_EQ(bound->status(), 200) << number;
    EXPECT_EQ(bench.bindings(number).size(), 1U) << number;
  }
  EXPECT_GT(elsewhere, 0U) << "every number fell on the first loop: choose others";
  EXPECT_LT(elsewhere, users.size());
  EXPECT_EQ(bench.locations.size(), users.size());
}

}  // namespace
}  // namespace cadenas::pbx::test
