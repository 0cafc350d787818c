// Calls of trunks on the TDM bus (ENC-2, ENC-6).

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

using media::tdm::Alerting;
using media::tdm::Answer;
using media::tdm::Release;
using CallSetup = media::tdm::Setup;  // not the one of a test

TEST(TdmTrunk, TakesTheFirstFreeChannelAndStripsThePrefix) {
  Exchange exchange(2);
  TdmSide first = exchange.channel("shelf/1/1", "0", 1);
  TdmSide second = exchange.channel("shelf/1/2", "0", 1);
  Phone& phone = exchange.phone("100");
  Phone& other = exchange.phone("101");
  Phone& third = exchange.phone("102");
  phone.invite("0555", savp(4000, 'a'));
  const auto setup = first.command<CallSetup>();
  EXPECT_EQ(setup.called, "555");
  EXPECT_EQ(setup.calling, "100");
  EXPECT_TRUE(phone.silent());
  first.tell(Alerting{});
  phone.response(180);
  first.tell(Answer{});
  phone.ack(*phone.response(200));
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);

  other.invite("0556", savp(4100, 'c'));
  second.command<CallSetup>();
  third.invite("0557", savp(4200, 'd'));
  third.response(500);
  second.tell(Release{17});
  other.response(486);

  first.tell(Release{16});
  phone.request(sip::Method::bye);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(TdmTrunk, CallsOurNumbersWithOrWithoutOverlapAndIsReleasedWithTheCause) {
  Exchange exchange;
  TdmSide channel = exchange.channel("shelf/1/1", "0", 1);
  Phone& phone = exchange.phone("100");
  channel.tell(CallSetup{"1", "0123"});
  channel.dial("00");
  const auto invite = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(invite->value(sip::HeaderId::p_asserted_identity)).find("<sip:0123@"), std::string::npos);
  phone.respond(*invite, 180);
  channel.command<Alerting>();
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
  channel.command<Answer>();
  phone.send("BYE");
  phone.response(200);
  EXPECT_EQ(channel.command<Release>().cause, 16);

  channel.tell(CallSetup{"100", ""});
  const auto anonymous = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(anonymous->value(sip::HeaderId::from)).find("anonymous"), std::string::npos);
  phone.respond(*anonymous, 486);
  phone.request(sip::Method::ack);
  EXPECT_EQ(channel.command<Release>().cause, 17);

  channel.tell(CallSetup{"999", ""});
  EXPECT_EQ(channel.command<Release>().cause, 1);
}

TEST(TdmTrunk, IsNotRelayedToAnotherTrunk) {
  Exchange exchange;
  TdmSide channel = exchange.channel("shelf/1/1", "0", 1);
  channel.tell(CallSetup{"0555", "0123"});
  exchange.pass(exchange.services.tdm_settings.next_digit);
  EXPECT_EQ(channel.command<Release>().cause, 21);
  store::Trunk declared;
  declared.name = "north";
  declared.address = "198.51.100.1";
  Phone& trunk = exchange.trunk(declared);
  trunk.invite("0555", description("RTP/AVP", 4000));
  trunk.response(404);
  EXPECT_TRUE(channel.told_nothing());
}

}  // namespace
}  // namespace cadenas::pbx::test
