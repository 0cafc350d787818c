#include "pbx/pbx.hpp"

#include <gtest/gtest.h>

#include "running_pbx.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;
using Running = RunningPbx;

TEST_F(Running, PhonesRegisterByUdpTcpAndTls) {
  start();
  for (const char* number : {"101", "102", "103"}) add(number, "secret-101");
  auto udp = phone(Kind::udp);
  auto tcp = phone(Kind::tcp);
  auto tls = phone(Kind::tls);
  EXPECT_EQ(udp.sign_in("101", "secret-101"), 200);
  EXPECT_EQ(tcp.sign_in("102", "secret-101"), 200);
  EXPECT_EQ(tls.sign_in("103", "secret-101"), 200);

  const auto views = registrations();
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[0].flow.transport, sip::Transport::udp);
  EXPECT_EQ(views[1].flow.transport, sip::Transport::tcp);
  EXPECT_EQ(views[2].flow.transport, sip::Transport::tls);
  ASSERT_NE(views[2].flow.tls, nullptr);
  EXPECT_EQ(views[2].flow.tls->version, "TLSv1.3");
  EXPECT_EQ(counter("cadenas_register_accepted_total"), 3U);
}

TEST_F(Running, RestartKeepsSubscriptionsAndCertificate) {
  start();
  add("101", "secret-101");
  const auto before = pbx->certificate();
  pbx.reset();
  start();
  EXPECT_EQ(pbx->certificate(), before);
  auto tls = phone(Kind::tls);
  EXPECT_EQ(tls.sign_in("101", "secret-101"), 200);
}

// CERT-1, CERT-3
TEST_F(Running, MakesItsOwnCertificateWithTheTelephonyAddress) {
  start();
  const auto certificate = pbx->certificate();
  ASSERT_TRUE(certificate);
  EXPECT_TRUE(certificate->facts().self_signed);
  EXPECT_EQ(certificate->facts().common_name, "127.0.0.1");
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), certificate->facts().fingerprint_sha256);
}

TEST_F(Running, RaisesNoAlarmOfACertificateThatIsOnlyBeingMade) {
  start();
  ASSERT_TRUE(set_mode(store::TransportMode::pbx_cert));  // the office has looked at least once when this is done
  const auto alarms = pbx->alarms();
  for (const auto& event : alarms->history) EXPECT_NE(event.alarm.condition.code, "certificate.missing");
}

TEST_F(Running, AnswersOptionsAndTurnsAwayWhatNothingServes) {
  start();
  auto udp = phone(Kind::udp);
  auto send = [&](const std::string& method, const std::string& lines = {}) {
    auto text = udp.request("101", 1, lines);
    for (auto at = text.find("REGISTER"); at != std::string::npos; at = text.find("REGISTER")) {
      text.replace(at, 8, method);
    }
    return udp.ask(text.replace(text.find("z9hG4bK"), 7, "z9hG4bK" + method));
  };
  const auto options = send("OPTIONS");
  ASSERT_TRUE(options);
  EXPECT_EQ((*options)->status(), 200);
  EXPECT_TRUE((*options)->lists(sip::HeaderId::allow, "REGISTER"));
  EXPECT_TRUE((*options)->lists(sip::HeaderId::supported, "outbound"));
  EXPECT_EQ(send("INVITE", "Contact: <sip:101@127.0.0.1>\r\n").value()->status(), 401);
  EXPECT_EQ(send("SUBSCRIBE", "Event: presence\r\nContact: <sip:101@127.0.0.1>\r\n").value()->status(), 489);
}

TEST_F(Running, RemovedSubscriptionLosesItsBindings) {
  start();
  add("101", "secret-101");
  auto udp = phone(Kind::udp);
  ASSERT_EQ(udp.sign_in("101", "secret-101"), 200);
  ASSERT_TRUE(
      outcome_of<base::Result<void>>([&](auto done) { pbx->store().remove_subscription("101", std::move(done)); }));
  // The removal is followed on the office thread, at the latest between these two.
  ASSERT_TRUE(set_mode(store::TransportMode::pbx_cert));
  ASSERT_TRUE(set_mode(store::TransportMode::pbx_cert));
  EXPECT_TRUE(registrations().empty());
  EXPECT_EQ(udp.sign_in("101", "secret-101", 5), 401);
}

// The change that added 101 is followed only after 102 was added and has registered.
TEST_F(Running, KeepsTheBindingsOfANumberAddedSinceAChange) {
  start(store::TransportMode::no_tls);
  std::promise<void> held;
  std::promise<void> released;
  pbx->set_mode(store::TransportMode::no_tls, [&](const base::Result<void>&) {
    held.set_value();
    released.get_future().wait();  // the office thread waits here
  });
  held.get_future().wait();
  add("101", "secret-101");
  add("102", "secret-101");
  auto udp = phone(Kind::udp);
  const int status = udp.sign_in("102", "secret-101");
  released.set_value();
  ASSERT_EQ(status, 200);
  ASSERT_TRUE(set_mode(store::TransportMode::no_tls));
  EXPECT_EQ(registrations().size(), 1U);
}

TEST_F(Running, StopsCleanlyAndTwiceIsNoHarm) {
  start();
  pbx->stop();
  EXPECT_FALSE(pbx->health().running);
  pbx->stop();
}

TEST_F(Running, RefusesAnAddressThatIsNone) {
  auto bad = configuration(store::TransportMode::no_tls);
  bad.sip.addresses = {"pbx.example"};
  EXPECT_EQ(Pbx::create(bad, clock).error().code, "configuration.address");
}

}  // namespace
}  // namespace cadenas::pbx::test
