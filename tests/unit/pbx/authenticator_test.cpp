#include "pbx/authenticator.hpp"

#include <regex>

#include <gtest/gtest.h>

#include "registration_bench.hpp"

namespace cadenas::pbx::test {
namespace {

const std::string contact = "Contact: <sip:x@192.0.2.10>\r\n";

class Authentication : public ::testing::Test {
 protected:
  RegistrationBench bench{snapshot_with({{"alice", "wonderland"}, {"bob", "zanzibar"}})};

  /// A REGISTER for `number` with the credentials of `user`, answering a fresh challenge.
  sip::Message attempt(const std::string& number, const std::string& user, const std::string& password,
                       const sip::Flow& flow = udp_flow(),
                       sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::sha256) {
    const auto challenged = bench.ask(register_text(number, 1, contact), flow);
    return bench.ask(register_text(number, 2, contact + authorization(challenged.view(), user, password, algorithm)),
                     flow);
  }
};

// What an answer looks like with its random parts taken out.
std::string shape(const sip::Message& response) {
  std::string out = std::to_string(response->status()) + " " + std::string(response->reason());
  for (const auto& header : response->headers()) {
    if (header.id == sip::HeaderId::to) continue;
    out += "\n" + std::string(header.name) + ": " + std::string(header.value);
  }
  return std::regex_replace(out, std::regex("nonce=\"[^\"]*\""), "nonce=*");
}

// RFC 8760 §2.4: one header field an algorithm, the preferred first
TEST_F(Authentication, OffersSha256BeforeMd5) {
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  std::vector<std::string_view> offered;
  for (const auto& header : challenged->headers()) {
    if (header.id == sip::HeaderId::www_authenticate) {
      offered.push_back(sip::to_string(sip::DigestChallenge::parse(header.value).value().algorithm));
    }
  }
  EXPECT_EQ(offered, (std::vector<std::string_view>{"SHA-256", "MD5"}));
}

TEST_F(Authentication, AcceptsEitherAlgorithm) {
  EXPECT_EQ(attempt("bob", "bob", "zanzibar", udp_flow(), sip::DigestAlgorithm::sha256)->status(), 200);
  EXPECT_EQ(attempt("bob", "bob", "zanzibar", udp_flow("192.0.2.20"), sip::DigestAlgorithm::md5)->status(), 200);
}

TEST(AuthenticationDefault, OffersAndAcceptsMd5Alone) {
  RegistrationBench bench(snapshot_with({{"bob", "zanzibar"}}), 1, Authenticator::Settings{});
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  EXPECT_EQ(authorization(challenged.view(), "bob", "zanzibar", sip::DigestAlgorithm::sha256), "");
  const auto md5 = authorization(challenged.view(), "bob", "zanzibar", sip::DigestAlgorithm::md5);
  EXPECT_EQ(bench.ask(register_text("bob", 2, contact + md5), udp_flow())->status(), 200);
}

// A system that offers SHA-256 only must not be talked down to MD5 with the nonce it gave.
TEST(AuthenticationSha256, RefusesTheAlgorithmItDidNotOffer) {
  Authenticator::Settings settings;
  settings.algorithms = {sip::DigestAlgorithm::sha256};
  RegistrationBench bench(snapshot_with({{"bob", "zanzibar"}}), 1, settings);
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  auto challenge = sip::DigestChallenge::parse(challenged->value(sip::HeaderId::www_authenticate)).value();
  challenge.algorithm = sip::DigestAlgorithm::md5;
  const auto proof =
      "Authorization: " + sip::digest_answer(challenge, "bob", "zanzibar", "REGISTER", "sip:192.0.2.1").value() +
      "\r\n";
  EXPECT_EQ(bench.ask(register_text("bob", 2, contact + proof), udp_flow())->status(), 401);
}

TEST_F(Authentication, UnknownUserWrongPasswordAndAnothersCredentialsGetTheSameAnswer) {
  const auto wrong_password = shape(attempt("bob", "bob", "guess", udp_flow("192.0.2.21")));
  const auto unknown_user = shape(attempt("bob", "nobody", "guess", udp_flow("192.0.2.21")));
  const auto anothers = shape(attempt("bob", "alice", "wonderland", udp_flow("192.0.2.21")));
  EXPECT_EQ(wrong_password.substr(0, 3), "401");
  EXPECT_EQ(unknown_user, wrong_password);
  EXPECT_EQ(anothers, wrong_password);
  // The same for a number that does not exist, but for its own name in the echoed headers.
  const auto unknown_number =
      std::regex_replace(shape(attempt("eve", "eve", "guess", udp_flow("192.0.2.21"))), std::regex("eve@"), "bob@");
  EXPECT_EQ(unknown_number, wrong_password);
  EXPECT_EQ(bench.counters.wrong_credentials.get(), 4U);
}

TEST_F(Authentication, CapturedCredentialsAreNoUseForAnotherRequest) {
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  const auto proof = authorization(challenged.view(), "bob", "zanzibar");
  EXPECT_EQ(bench.ask(register_text("bob", 2, contact + proof), udp_flow())->status(), 200);
  // Same nonce and count with another response is a replay; a count never used is not.
  auto forged = proof;
  const auto at = forged.find("response=\"");
  forged[at + 10] = forged[at + 10] == '0' ? '1' : '0';
  EXPECT_EQ(bench.ask(register_text("bob", 3, contact + forged), udp_flow())->status(), 401);
  const auto next = authorization(challenged.view(), "bob", "zanzibar", sip::DigestAlgorithm::sha256, 2);
  EXPECT_EQ(bench.ask(register_text("bob", 4, contact + next), udp_flow())->status(), 200);
}

// RFC 7616 §3.3: the phone answers again without asking its user
TEST_F(Authentication, OldNonceWithTheRightPasswordIsChallengedAsStale) {
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  const auto proof = authorization(challenged.view(), "bob", "zanzibar");
  bench.clock.advance(base::Millis{301'000});
  const auto again = bench.ask(register_text("bob", 2, contact + proof), udp_flow());
  EXPECT_EQ(again->status(), 401);
  EXPECT_TRUE(sip::DigestChallenge::parse(again->value(sip::HeaderId::www_authenticate)).value().stale);
  EXPECT_EQ(bench.counters.wrong_credentials.get(), 0U);
  const auto fresh = authorization(again.view(), "bob", "zanzibar");
  EXPECT_EQ(bench.ask(register_text("bob", 3, contact + fresh), udp_flow())->status(), 200);
}

TEST_F(Authentication, GuessingIsAnswered503WithRetryAfterAndTheRightPasswordWorksWhenThatIsOver) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(attempt("bob", "bob", "guess" + std::to_string(i))->status(), 401);
  const auto held = attempt("bob", "bob", "zanzibar");
  EXPECT_EQ(held->status(), 503);
  EXPECT_EQ(held->value(sip::HeaderId::retry_after), "1");
  bench.clock.advance(base::Millis{1'000});
  EXPECT_EQ(attempt("bob", "bob", "zanzibar")->status(), 200);
}

TEST_F(Authentication, BackOffTellsNothingOfWhoExists) {
  for (int i = 0; i < 6; ++i) attempt("eve", "eve", "guess", udp_flow("192.0.2.22"));
  EXPECT_EQ(attempt("eve", "eve", "guess", udp_flow("192.0.2.22"))->status(), 503);
}

// "Bad input": a REGISTER flood with wrong passwords
TEST(AuthenticationFlood, WrongPasswordsFromEverywhereLeaveMemoryBounded) {
  Authenticator::Settings settings = both_algorithms();
  settings.guessing.entries = 200;
  settings.nonces.remembered = 200;
  RegistrationBench bench(snapshot_with({{"bob", "zanzibar"}}), 1, settings);
  const auto challenged = bench.ask(register_text("bob", 1, contact), udp_flow());
  for (int i = 0; i < 3'000; ++i) {
    const std::string user = "u" + std::to_string(i);
    const auto proof = authorization(challenged.view(), user, "guess");
    bench.ask(register_text(user, 2, contact + proof),
              udp_flow("10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200)));
  }
  EXPECT_EQ(bench.counters.wrong_credentials.get(), 3'000U);
  EXPECT_LE(bench.authenticator.remembered(), 600U);
  EXPECT_EQ(bench.sign_in("bob", "zanzibar", 1, contact, udp_flow())->status(), 200);
}

}  // namespace
}  // namespace cadenas::pbx::test
