#include <gtest/gtest.h>

#include "running_pbx.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;
using Mode = store::TransportMode;
using Modes = RunningPbx;

// MODE-1
TEST_F(Modes, NoTlsHasNoCertificateAndListensOnUdpAndTcpOnly) {
  start(Mode::no_tls);
  EXPECT_FALSE(pbx->certificate());
  EXPECT_TRUE(address(sip::Transport::udp).is_set());
  EXPECT_TRUE(address(sip::Transport::tcp).is_set());
  EXPECT_FALSE(address(sip::Transport::tls).is_set());
  EXPECT_FALSE(address(sip::Transport::wss).is_set());
}

// MODE-2, MODE-7
TEST_F(Modes, SwitchingToPbxCertOpensTlsAndLeavesConnectionsAlone) {
  start(Mode::no_tls);
  add("101", "secret-101");
  auto tcp = phone(Kind::tcp);
  ASSERT_EQ(tcp.sign_in("101", "secret-101"), 200);
  const auto plain = address(sip::Transport::udp);
  ASSERT_TRUE(set_mode(Mode::pbx_cert));
  EXPECT_EQ(pbx->store().snapshot()->settings.mode, Mode::pbx_cert);
  EXPECT_TRUE(pbx->certificate());
  EXPECT_EQ(address(sip::Transport::udp), plain);
  EXPECT_EQ(tcp.sign_in("101", "secret-101", 3), 200);
  auto tls = phone(Kind::tls);
  EXPECT_EQ(tls.sign_in("101", "secret-101", 5), 200);
}

TEST_F(Modes, SwitchingToNoTlsClosesTlsAndItsBindingsAndKeepsUdp) {
  start();
  add("101", "secret-101");
  add("102", "secret-101");
  auto tls = phone(Kind::tls);
  auto udp = phone(Kind::udp);
  ASSERT_EQ(tls.sign_in("101", "secret-101"), 200);
  ASSERT_EQ(udp.sign_in("102", "secret-101"), 200);
  const auto tls_address = address(sip::Transport::tls);
  ASSERT_TRUE(set_mode(Mode::no_tls));
  EXPECT_FALSE(tls.hear()) << "the idle TLS connection should have been closed";
  EXPECT_FALSE(PhoneSocket(Kind::tls, tls_address).connected());
  EXPECT_FALSE(pbx->certificate());
  // Passes over every loop behind the news of the closed connection.
  ASSERT_TRUE(set_mode(Mode::no_tls));
  const auto views = registrations();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].number, "102");
  EXPECT_EQ(udp.sign_in("102", "secret-101", 3), 200);
}

TEST_F(Modes, WebSocketsAreServedWhereverTlsIs) {
  start(Mode::no_tls);
  add("101", "secret-101");
  ASSERT_TRUE(set_mode(Mode::pbx_cert));
  const auto served = address(sip::Transport::wss);
  auto browser = phone(Kind::wss);
  ASSERT_EQ(browser.sign_in("101", "secret-101"), 200);
  ASSERT_TRUE(set_mode(Mode::no_tls));
  EXPECT_FALSE(browser.hear()) << "the idle connection should have been closed";
  EXPECT_FALSE(PhoneSocket(Kind::wss, served).connected());
  EXPECT_FALSE(address(sip::Transport::wss).is_set());
  ASSERT_TRUE(set_mode(Mode::pbx_cert));
  EXPECT_EQ(phone(Kind::wss).sign_in("101", "secret-101", 3), 200);
}

TEST_F(Modes, BothwayIsRefusedAndNothingChanges) {
  start();
  const auto before = pbx->health().listening;
  EXPECT_EQ(set_mode(Mode::bothway).error().code, "mode.no-phone-ca");
  EXPECT_EQ(pbx->health().mode, Mode::pbx_cert);
  EXPECT_EQ(pbx->health().listening, before);
  EXPECT_EQ(pbx->store().snapshot()->settings.mode, Mode::pbx_cert);
  EXPECT_TRUE(pbx->certificate());
}

// MODE-7: what the manual restarts the service for
TEST_F(Modes, RegeneratedCertificateServesNewConnectionsAndDropsNone) {
  start();
  add("101", "secret-101");
  auto old_phone = phone(Kind::tls);
  ASSERT_EQ(old_phone.sign_in("101", "secret-101"), 200);
  const auto made =
      outcome_of<base::Result<pki::Certificate>>([&](auto done) { pbx->regenerate_certificate(std::move(done)); });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NE(old_phone.peer_fingerprint(), made->facts().fingerprint_sha256);
  EXPECT_EQ(phone(Kind::tls).peer_fingerprint(), made->facts().fingerprint_sha256);
  EXPECT_EQ(old_phone.sign_in("101", "secret-101", 3), 200);
}

TEST_F(Modes, NoCertificateIsMadeInNoTls) {
  start(Mode::no_tls);
  const auto made =
      outcome_of<base::Result<pki::Certificate>>([&](auto done) { pbx->regenerate_certificate(std::move(done)); });
  EXPECT_EQ(made.error().code, "mode.no-certificate");
}

TEST_F(Modes, ChosenModeOutlivesARestart) {
  start();
  ASSERT_TRUE(set_mode(Mode::no_tls));
  pbx.reset();
  start();
  EXPECT_EQ(pbx->health().mode, Mode::no_tls);
}

}  // namespace
}  // namespace cadenas::pbx::test
