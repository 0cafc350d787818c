// The end of an iPBX that still has calls: what its loops hold then must not outlive what it refers to.

#include <gtest/gtest.h>

#include "pbx/pbx.hpp"
#include "running_pbx.hpp"

namespace cadenas::pbx::test {
namespace {

using Kind = PhoneSocket::Kind;

const std::string offer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\n";

class Shutdown : public RunningPbx {
 protected:
  /// Signs 101 and 102 in by TCP and lets 101 call 102 until it hears that 102 rings.
  void ring() {
    start(store::TransportMode::no_tls);
    for (const char* number : {"101", "102"}) add(number, "secret-101");
    caller.emplace(Kind::tcp, address(sip::Transport::tcp));
    callee.emplace(Kind::tcp, address(sip::Transport::tcp));
    ASSERT_EQ(caller->sign_in("101", "secret-101"), 200);
    ASSERT_EQ(callee->sign_in("102", "secret-101"), 200);
    auto challenged = caller->ask(invite(1, {}));
    while (challenged && (*challenged)->status() == 100) challenged = caller->hear();
    ASSERT_TRUE(challenged && (*challenged)->status() == 401);
    const auto proof = authorization(challenged->view(), "101", "secret-101", sip::DigestAlgorithm::sha256, 1, "INVITE",
                                     "sip:102@192.0.2.1");
    caller->say(invite(2, proof));
    const auto received = callee->hear();
    ASSERT_TRUE(received && (*received)->method() == sip::Method::invite);
    callee->say(sip::MessageWriter::response(received->view(), 180, "callee").finish());
    ASSERT_EQ(final_or(180), 180);
  }
  static std::string invite(unsigned cseq, const std::string& lines) {
    const std::string number = std::to_string(cseq);
    return "INVITE sip:102@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.10;branch=z9hG4bKinvite" + number +
           "\r\nMax-Forwards: 70\r\nFrom: <sip:101@192.0.2.1>;tag=a1\r\nTo: <sip:102@192.0.2.1>\r\n"
           "Call-ID: invite-101\r\nCSeq: " +
           number + " INVITE\r\nContact: <sip:101@127.0.0.1:5999;transport=tcp>\r\n" + lines +
           "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(offer.size()) + "\r\n\r\n" + offer;
  }
  /// The caller's next final status, or the provisional one asked for; 0 if the iPBX closed before.
  int final_or(int provisional) {
    for (auto heard = caller->hear(); heard; heard = caller->hear()) {
      if ((*heard)->status() >= 200 || (*heard)->status() == provisional) return (*heard)->status();
    }
    return 0;
  }

  std::optional<PhoneSocket> caller;
  std::optional<PhoneSocket> callee;
};

TEST_F(Shutdown, EndsTheCallsThatStillRing) {
  ring();
  pbx->stop();
  EXPECT_GE(final_or(0), 400);
  EXPECT_FALSE(caller->hear()) << "closed";
  const auto told = callee->hear();
  ASSERT_TRUE(told);
  EXPECT_EQ((*told)->method(), sip::Method::cancel);
}

TEST_F(Shutdown, GoesWithoutWaitingForCallsThatDoNotEnd) {
  stop_time = base::Millis{0};
  ring();
  const auto served = address(sip::Transport::tcp);
  pbx.reset();
  EXPECT_FALSE(PhoneSocket(Kind::tcp, served).connected());
}

}  // namespace
}  // namespace cadenas::pbx::test
