#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "tls_client.hpp"

namespace cadenas::sip {
namespace {

using ::testing::StartsWith;
using testing::TlsClient;

class TlsTransport : public testing::TransportTest {
 protected:
  void SetUp() override {
    start({});
    open();
  }
  void open() {
    live = std::make_shared<pki::LiveIdentity>(testing::identity());
    auto made = pki::TlsServerContext::make(live);
    ASSERT_TRUE(made) << made.error().message;
    context = std::move(*made);
    at = listen(Transport::tls, context);
  }
  std::shared_ptr<pki::LiveIdentity> live;
  std::shared_ptr<pki::TlsServerContext> context;
  base::Endpoint at;
};

TEST_F(TlsTransport, SpeaksTls12And13AndShowsWhatWasSettled) {
  for (const auto& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
    const TlsClient phone(at, version);
    ASSERT_TRUE(phone.up) << name;
    phone.write(request("REGISTER"));
    EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
    on_loop([&, wanted = name] {
      ASSERT_NE(user->last_flow.tls, nullptr);
      EXPECT_EQ(user->last_flow.tls->version, wanted);
      EXPECT_FALSE(user->last_flow.tls->cipher.empty());
      EXPECT_FALSE(user->last_flow.tls->peer_verified);
    });
  }
}

TEST_F(TlsTransport, RefusesTls11) {
  EXPECT_FALSE(TlsClient(at, TLS1_1_VERSION).up);
}

TEST_F(TlsTransport, GarbageIsClosedWhileAnotherPhoneTalks) {
  const TlsClient phone(at, TLS1_3_VERSION);
  const testing::Client noise(SOCK_STREAM, at);
  noise.write("OPTIONS sip:x SIP/2.0\r\n\r\nThis is no ClientHello at all.");
  noise.read_to_end();
  until([&] { return closed(CloseReason::tls_failure) == 1; });
  phone.write(request());
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
}

// Issue 2, "Bad input": a half-open TLS handshake held for minutes.
TEST_F(TlsTransport, HalfOpenHandshakeIsClosedAfterItsTimeout) {
  const testing::Client half(SOCK_STREAM, at);
  half.write(std::string_view("\x16\x03\x01\x02\x00", 5));
  until([&] { return layer->connections() == 1; });
  advance(base::Millis{9'000});
  EXPECT_EQ(connections(), 1U);
  advance(base::Millis{1'000});
  EXPECT_EQ(connections(), 0U);
  EXPECT_EQ(closed(CloseReason::handshake_late), 1U);
  EXPECT_EQ(half.read_to_end(), "");
}

TEST_F(TlsTransport, HandshakesInProgressAreLimitedAndTheirPlacesComeBack) {
  TransportLimits limits;
  limits.handshakes = 2;
  start(limits);
  open();
  {
    const testing::Client one(SOCK_STREAM, at);
    const testing::Client two(SOCK_STREAM, at);
    until([&] { return layer->connections() == 2; });
    EXPECT_FALSE(TlsClient(at, TLS1_3_VERSION).up);
  }
  until([&] { return layer->connections() == 0; });
  EXPECT_TRUE(TlsClient(at, TLS1_3_VERSION).up);
}

TEST_F(TlsTransport, MessageInSingleOctetRecordsAndPipelinedOnesArrive) {
  const TlsClient phone(at, TLS1_3_VERSION);
  for (const char c : request()) phone.write({&c, 1});
  EXPECT_THAT(phone.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
  // More than one read takes: OpenSSL holds the rest, and the socket stays silent.
  std::string many;
  for (int i = 0; i < 60; ++i) many += request();
  phone.write(many);
  user->wait([&] { return user->messages == 61; });
}

TEST_F(TlsTransport, ClosingSaysCloseNotify) {
  const TlsClient phone(at, TLS1_3_VERSION);
  phone.write(request());
  phone.read_until("\r\n\r\n");
  on_loop([&] { layer->close(user->last_flow); });
  EXPECT_EQ(phone.read_until("never"), "");
  EXPECT_TRUE(phone.got_close_notify());
}

// DESIGN.md, third flow: connections made before keep theirs.
TEST_F(TlsTransport, SwapOfTheCertificateLeavesConnectionsAlone) {
  const TlsClient before(at, TLS1_3_VERSION);
  before.write(request());
  before.read_until("\r\n\r\n");
  live->replace(testing::identity());
  const TlsClient after(at, TLS1_3_VERSION);
  ASSERT_TRUE(after.up);
  EXPECT_NE(after.server_fingerprint(), before.server_fingerprint());
  before.write(request());
  EXPECT_THAT(before.read_until("\r\n\r\n"), StartsWith("SIP/2.0 200"));
}

TEST_F(TlsTransport, OutboundTlsVerifiesTheServer) {
  auto trusting = pki::TlsClientContext::make({.trust_anchors = {live->current()->leaf()}});
  ASSERT_TRUE(trusting) << trusting.error().message;
  const std::shared_ptr<const pki::TlsClientContext> good = std::move(*trusting);
  auto other = pki::TlsClientContext::make({.trust_anchors = {testing::identity()->leaf()}});
  const std::shared_ptr<const pki::TlsClientContext> bad = std::move(*other);
  const auto dial = [&](const std::shared_ptr<const pki::TlsClientContext>& tls) {
    std::promise<base::Result<Flow>> result;
    on_loop([&] {
      layer->connect(Transport::tls, at, {tls, "127.0.0.1"}, [&](base::Result<Flow> flow) { result.set_value(flow); });
    });
    return result.get_future().get();
  };
  const auto flow = dial(good);
  ASSERT_TRUE(flow) << flow.error().message;
  EXPECT_TRUE(flow->tls->peer_verified);
  EXPECT_EQ(flow->tls->peer_fingerprint, live->current()->leaf().facts().fingerprint_sha256);
  EXPECT_EQ(dial(bad).error().code, "tls.server-unknown-ca");
}

}  // namespace
}  // namespace cadenas::sip
