#include "pki/staple.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "pki/tls_context.hpp"
#include "test_ca.hpp"
#include "test_ocsp.hpp"
#include "tls_pair.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::hours;

class Stapling : public testing::Test {
 protected:
  void staple(const Identity& identity) {
    staple_->store(std::make_shared<const Staple>(
        Staple{identity.leaf(),
               answer_by_ocsp(ca_, identity.leaf(), ca_.leaf(), std::chrono::system_clock::to_time_t(clock_.now())),
               clock_.now() + hours(1)}));
  }
  std::unique_ptr<TlsServerContext> server() {
    TlsServerOptions options;
    options.staple = staple_;
    options.clock = &clock_;
    return TlsServerContext::make(live_, options).value();
  }
  /// What a client that asks is shown.
  base::Bytes shown_by(TlsServerContext& server, int version = TLS1_3_VERSION) {
    const auto client = TlsClientContext::make({.verify_server = false}).value();
    SslHandle session = client->new_session("").value();
    SSL_set_max_proto_version(session.get(), version);
    SSL_set_tlsext_status_type(session.get(), TLSEXT_STATUSTYPE_ocsp);
    TlsPair pair(server.new_session().value(), std::move(session));
    EXPECT_TRUE(pair.handshake()) << pair.problem();
    const unsigned char* octets = nullptr;
    const long length = SSL_get_tlsext_status_ocsp_resp(pair.client(), &octets);
    return length > 0 ? base::Bytes(octets, octets + length) : base::Bytes{};
  }

  base::ManualClock clock_{base::SystemClock().now()};
  const Identity ca_ = issue({.common_name = "CA", .ca = true});
  const Identity own_ = issue({.common_name = "192.0.2.1"}, &ca_);
  std::shared_ptr<LiveIdentity> live_ = std::make_shared<LiveIdentity>(copy_of(own_));
  std::shared_ptr<LiveStaple> staple_ = std::make_shared<LiveStaple>();

  static std::shared_ptr<const Identity> copy_of(const Identity& identity) {
    auto key = PrivateKey::from_pem(identity.key().to_pem()->view()).value();
    return std::make_shared<const Identity>(Identity::make(std::move(key), identity.leaf()).value());
  }
};

TEST_F(Stapling, ShowsTheAnswerOfTheMomentInEveryVersion) {
  const auto context = server();
  EXPECT_TRUE(shown_by(*context).empty());
  staple(own_);
  EXPECT_EQ(shown_by(*context), staple_->load()->octets);
  EXPECT_EQ(shown_by(*context, TLS1_2_VERSION), staple_->load()->octets);
  staple_->store(nullptr);
  EXPECT_TRUE(shown_by(*context).empty());
}

TEST_F(Stapling, EndsWithTheAnswersLife) {
  const auto context = server();
  staple(own_);
  clock_.advance(hours(1) - base::Millis(1));
  EXPECT_FALSE(shown_by(*context).empty());
  clock_.advance(base::Millis(1));
  EXPECT_TRUE(shown_by(*context).empty());
}

TEST_F(Stapling, NeverShowsTheAnswerOfTheCertificateBefore) {
  const auto context = server();
  staple(own_);
  const Identity next = issue({.common_name = "192.0.2.1"}, &ca_);
  live_->replace(copy_of(next));
  EXPECT_TRUE(shown_by(*context).empty());
  staple(next);
  EXPECT_EQ(shown_by(*context), staple_->load()->octets);
}

TEST_F(Stapling, ShowsNothingToAClientThatDoesNotAsk) {
  const auto context = server();
  staple(own_);
  const auto client = TlsClientContext::make({.verify_server = false}).value();
  TlsPair pair(context->new_session().value(), client->new_session("").value());
  EXPECT_TRUE(pair.handshake()) << pair.problem();
  const unsigned char* octets = nullptr;
  EXPECT_LE(SSL_get_tlsext_status_ocsp_resp(pair.client(), &octets), 0);
}

}  // namespace
}  // namespace cadenas::pki
