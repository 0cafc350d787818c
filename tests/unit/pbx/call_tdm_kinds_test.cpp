// Calls of DECT handsets, S0 terminals and T0 channels on the TDM bus: what is their own beside analogue sets and a T2
// (ENC-2, ENC-5, ENC-6).

#include "shelf_on_bus.hpp"

namespace cadenas::pbx::test {
namespace {

using media::CallTone;
using media::tdm::Alerting;
using media::tdm::Answer;
using media::tdm::Digit;
using media::tdm::HookFlash;
using media::tdm::InService;
using media::tdm::OffHook;
using media::tdm::OnHook;
using media::tdm::OutOfService;
using media::tdm::Release;
using media::tdm::Ring;
using media::tdm::SlotId;
using media::tdm::StopRing;
using CallSetup = media::tdm::Setup;  // not the one of a test

TdmSide handset(Exchange& exchange, const std::string& name, const std::string& number) {
  return exchange.port(name, number, store::TdmPortKind::dect);
}
TdmSide terminal(Exchange& exchange, const std::string& name, const std::string& number) {
  return exchange.port(name, number, store::TdmPortKind::s0);
}
/// A channel of a T0 in the bundle behind 0, which is not dialled there.
TdmSide basic_access(Exchange& exchange, const std::string& name) {
  TdmSide channel = exchange.channel(name, "0", 1);
  exchange.tdm_ports.at(name).kind = store::TdmPortKind::t0;
  exchange.tdm.ports.at(channel.id).state.port.kind = media::tdm::PortKind::t0;
  exchange.follow_ports();
  return channel;
}

/// The phone calls the number of the terminal, which answers.
void connect_to_terminal(Phone& phone, TdmSide& terminal, const std::string& number) {
  phone.invite(number, savp(4000, 'a'));
  terminal.command<CallSetup>();
  terminal.tell(Answer{});
  phone.ack(*phone.response(200));
}

TEST(DectHandset, IsRungAndAnswersEncryptedBetweenBoardAndPhone) {
  Exchange exchange;
  TdmSide set = handset(exchange, "shelf/0/3", "320");
  Phone& phone = exchange.phone("100");
  phone.invite("320", savp(4000, 'a'));
  EXPECT_EQ(set.command<Ring>().calling, "100");
  phone.response(180);
  set.tell(OffHook{});
  set.command<StopRing>();
  const auto ok = phone.response(200);
  phone.ack(*ok);
  EXPECT_EQ(sdp_of(*ok).media[0].proto, "RTP/SAVP");
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);

  set.tell(OnHook{});
  phone.request(sip::Method::bye);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(DectHandset, DialsByTheDigitsOfItsBaseStationBeforeTheCallAndWithinIt) {
  Exchange exchange;
  TdmSide set = handset(exchange, "shelf/0/3", "320");
  Phone& phone = exchange.phone("100");
  set.tell(OffHook{});
  EXPECT_EQ(set.hears(), CallTone::dial);
  set.dial("100");
  const auto invite = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(invite->value(sip::HeaderId::p_asserted_identity)).find("\"Set 320\" <sip:320@"),
            std::string::npos);
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
  set.dial("7#");
  EXPECT_EQ(exchange.tdm.last().dialled, "7#") << "they are in no voice that the phone could hear them in";
}

TEST(DectHandset, EnquiresByTheKeyRAndJoinsTheTwo) {
  Exchange exchange;
  TdmSide set = handset(exchange, "shelf/0/3", "320");
  Phone& first = exchange.phone("100");
  TdmSide second = handset(exchange, "shelf/0/4", "321");
  first.invite("320", savp(4000, 'a'));
  set.command<Ring>();
  first.response(180);
  set.tell(OffHook{});
  set.command<StopRing>();
  first.ack(*first.response(200));
  set.tell(HookFlash{});
  const auto hold = first.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*hold).direction_of(sdp_of(*hold).media[0]), sip::Direction::sendonly);
  first.respond(*hold, 200, savp_answer(*hold, 4000, 'b', "recvonly"));
  first.request(sip::Method::ack);
  set.dial("321");
  second.command<Ring>();
  second.tell(OffHook{});
  exchange.settle();
  EXPECT_EQ(exchange.tdm.joined.size(), 1U) << "the two handsets, on the bus";

  set.tell(OnHook{});
  const auto moved = first.request(sip::Method::invite);
  first.respond(*moved, 200, savp_answer(*moved, 4000, 'c'));
  first.request(sip::Method::ack);
  EXPECT_TRUE(exchange.tdm.joined.empty());
  EXPECT_EQ(exchange.counts().calls, 1U);
  EXPECT_EQ(exchange.tdm.last().port, second.id);
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
}

TEST(S0Terminal, IsCalledByItsNumberAndEncryptedBetweenBoardAndPhone) {
  Exchange exchange(2);
  TdmSide isdn = terminal(exchange, "shelf/0/5", "330");
  Phone& phone = exchange.phone("100", sip::Transport::tls, 1);
  phone.invite("330", savp(4000, 'a'));
  const auto setup = isdn.command<CallSetup>();
  EXPECT_EQ(setup.called, "330") << "so that the right one of several on the bus rings";
  EXPECT_EQ(setup.calling, "100");
  EXPECT_TRUE(phone.silent()) << "a terminal that says nothing may not be there";
  isdn.tell(Alerting{});
  phone.response(180);
  isdn.tell(Answer{});
  const auto ok = phone.response(200);
  phone.ack(*ok);
  EXPECT_EQ(sdp_of(*ok).media[0].proto, "RTP/SAVP");
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  isdn.dial("5");
  EXPECT_EQ(exchange.tdm.last().dialled, "5");

  isdn.tell(Release{16});
  phone.request(sip::Method::bye);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(S0Terminal, CallsAsItsOwnNumberWhateverNumberItClaims) {
  Exchange exchange;
  TdmSide isdn = terminal(exchange, "shelf/0/5", "330");
  Phone& phone = exchange.phone("100");
  isdn.tell(CallSetup{"100", "999"});
  const auto invite = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(invite->value(sip::HeaderId::p_asserted_identity)).find("\"Set 330\" <sip:330@"),
            std::string::npos);
  phone.respond(*invite, 180);
  isdn.command<Alerting>();
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
  isdn.command<Answer>();
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  phone.send("BYE");
  phone.response(200);
  EXPECT_EQ(isdn.command<Release>().cause, 16);
}

TEST(S0Terminal, MayDialDigitByDigitAndIsReleasedWhenItStops) {
  Exchange exchange;
  TdmSide isdn = terminal(exchange, "shelf/0/5", "330");
  Phone& phone = exchange.phone("100");
  isdn.tell(CallSetup{"", ""});
  isdn.dial("10");
  EXPECT_TRUE(phone.silent());
  isdn.dial("0");
  phone.respond(*phone.request(sip::Method::invite), 180);
  isdn.command<Alerting>();
  isdn.tell(Release{16});
  phone.request(sip::Method::cancel);

  isdn.tell(CallSetup{"", ""});
  isdn.dial("1");
  exchange.pass(exchange.services.tdm_settings.next_digit);
  EXPECT_EQ(isdn.command<Release>().cause, 1);
}

TEST(S0Terminal, ThatRefusesOrTalksIsBusyToTheCaller) {
  Exchange exchange;
  TdmSide isdn = terminal(exchange, "shelf/0/5", "330");
  Phone& phone = exchange.phone("100");
  Phone& other = exchange.phone("101");
  phone.invite("330", savp(4000, 'a'));
  isdn.command<CallSetup>();
  isdn.tell(Release{17});
  phone.response(486);
  connect_to_terminal(phone, isdn, "330");
  other.invite("330", savp(4100, 'c'));
  other.response(486);
  EXPECT_TRUE(isdn.told_nothing()) << "its one channel is taken";
}

TEST(S0Terminal, CallsOutByABasicAccessOnTheBus) {
  Exchange exchange(2);
  TdmSide isdn = terminal(exchange, "shelf/0/5", "330");
  TdmSide channel = basic_access(exchange, "shelf/0/17");
  isdn.tell(CallSetup{"0555", ""});
  exchange.pass(exchange.services.tdm_settings.next_digit);
  const auto setup = channel.command<CallSetup>();
  EXPECT_EQ(setup.called, "555");
  EXPECT_EQ(setup.calling, "330");
  channel.tell(Alerting{});
  isdn.command<Alerting>();
  channel.tell(Answer{});
  isdn.command<Answer>();
  ASSERT_EQ(exchange.tdm.joined.size(), 1U);
  EXPECT_EQ(exchange.tdm.joined[0], std::pair(isdn.id, channel.id));
  EXPECT_TRUE(exchange.tdm.sessions.empty()) << "no packet carries it";
  isdn.tell(Release{16});
  EXPECT_EQ(channel.command<Release>().cause, 16);
  EXPECT_TRUE(exchange.tdm.joined.empty());
}

TEST(T0Trunk, HasTwoChannelsAndRefusesAThirdCall) {
  Exchange exchange(2);
  TdmSide first = basic_access(exchange, "shelf/0/17");
  TdmSide second = basic_access(exchange, "shelf/0/18");
  Phone& phone = exchange.phone("100");
  Phone& other = exchange.phone("101");
  Phone& third = exchange.phone("102");
  phone.invite("0555", savp(4000, 'a'));
  EXPECT_EQ(first.command<CallSetup>().called, "555");
  first.tell(Answer{});
  phone.ack(*phone.response(200));
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  other.invite("0556", savp(4100, 'c'));
  EXPECT_EQ(second.command<CallSetup>().called, "556");
  third.invite("0557", savp(4200, 'd'));
  third.response(500);

  first.tell(Release{16});
  phone.request(sip::Method::bye);
  third.invite("0558", savp(4200, 'd'));
  EXPECT_EQ(first.command<CallSetup>().called, "558") << "the channel is free again";
}

TEST(T0Trunk, SharesABundleWithAPrimaryAccessThatTakesWhatItHasNoChannelFor) {
  Exchange exchange;
  TdmSide basic = basic_access(exchange, "shelf/0/17");
  TdmSide primary = exchange.channel("shelf/1/1", "0", 1);
  exchange.phone("100").invite("0555", savp(4000, 'a'));
  basic.command<CallSetup>();
  exchange.phone("101").invite("0556", savp(4100, 'c'));
  EXPECT_EQ(primary.command<CallSetup>().called, "556");
}

TEST(T0Trunk, CallsOurNumbersAndIsReleasedWithTheCause) {
  Exchange exchange;
  TdmSide channel = basic_access(exchange, "shelf/0/17");
  Phone& phone = exchange.phone("100");
  channel.tell(CallSetup{"1", "0123"});
  channel.dial("00");
  const auto invite = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(invite->value(sip::HeaderId::p_asserted_identity)).find("<sip:0123@"), std::string::npos);
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
  channel.command<Answer>();
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  phone.send("BYE");
  phone.response(200);
  EXPECT_EQ(channel.command<Release>().cause, 16);

  channel.tell(CallSetup{"999", "0123"});
  EXPECT_EQ(channel.command<Release>().cause, 1);
}

TEST(T0Trunk, CallsNobodyAtOurExpense) {
  Exchange exchange;
  TdmSide channel = basic_access(exchange, "shelf/0/17");
  TdmSide other = basic_access(exchange, "shelf/0/18");
  channel.tell(CallSetup{"0555", "0123"});
  exchange.pass(exchange.services.tdm_settings.next_digit);
  EXPECT_EQ(channel.command<Release>().cause, 21);
  EXPECT_TRUE(other.told_nothing());
}

TEST(T0Trunk, IsNotServedWhileItsCardHasSomethingElseThere) {
  Exchange exchange;
  TdmSide channel = basic_access(exchange, "shelf/0/17");
  Phone& phone = exchange.phone("100");
  auto& found = exchange.tdm.ports.at(channel.id).state.port;
  channel.tell(OutOfService{"tdm.card-gone"});
  found.kind = media::tdm::PortKind::s0;
  channel.tell(InService{});
  phone.invite("0555", savp(4000, 'a'));
  phone.response(480);
  channel.tell(CallSetup{"100", "0123"});
  EXPECT_TRUE(phone.silent()) << "a terminal must not call as the exchange";
  EXPECT_TRUE(channel.told_nothing());

  channel.tell(OutOfService{"tdm.card-gone"});
  found.kind = media::tdm::PortKind::t0;
  channel.tell(InService{});
  phone.invite("0555", savp(4000, 'a'));
  channel.command<CallSetup>();
}

const SlotId dect{0, 1};
const SlotId s0{0, 2};
const SlotId t0{0, 17};

/// One port of each of the three kinds in a shelf of this process: 320, 330, and the trunk behind 0.
class KindsOnTheBus : public ShelfOnBus {
 protected:
  KindsOnTheBus()
      : ShelfOnBus(
            {{dect, media::tdm::PortKind::dect}, {s0, media::tdm::PortKind::s0}, {t0, media::tdm::PortKind::t0}}) {
    declare(dect, store::TdmPortKind::dect).number = "320";
    declare(s0, store::TdmPortKind::s0).number = "330";
    store::TdmPort& trunk = declare(t0, store::TdmPortKind::t0);
    trunk.prefix = "0";
    trunk.strip = 1;
    exchange.follow_ports();
    pass(2);
  }
  void tell(const SlotId& port, const media::tdm::Event& event) {
    shelf->tell(port, event);
    pass(2);
  }
  template <class Command>
  Command command(const SlotId& port) {
    const auto next = shelf->next_command(port);
    if (!next || !std::holds_alternative<Command>(*next)) throw std::runtime_error("told something else, or nothing");
    return std::get<Command>(*next);
  }
};

TEST_F(KindsOnTheBus, AHandsetHearsRingbackAndThenTheExchangeBehindABasicAccess) {
  tell(dect, OffHook{});
  EXPECT_TRUE(hears_something(dect)) << "the dial tone";
  for (const char digit : std::string("0555#")) tell(dect, Digit{digit});
  static_cast<void>(shelf->heard(dect));
  pass(5);
  EXPECT_FALSE(hears_something(dect)) << "nobody was reached yet";
  EXPECT_EQ(command<CallSetup>(t0).called, "555");
  tell(t0, Alerting{});
  static_cast<void>(shelf->heard(dect));
  pass(5);
  EXPECT_TRUE(hears_something(dect)) << "the ringback tone";
  tell(t0, Answer{});
  EXPECT_TRUE(carries(dect, t0));
  EXPECT_TRUE(carries(t0, dect));
  EXPECT_EQ(board.sessions(), 0U);

  tell(t0, Release{16});
  static_cast<void>(shelf->heard(dect));
  pass(5);
  EXPECT_TRUE(hears_something(dect)) << "the busy tone";
  EXPECT_TRUE(exchange.views().empty());
}

TEST_F(KindsOnTheBus, ATerminalCallsAHandset) {
  tell(s0, CallSetup{"320", ""});
  EXPECT_EQ(command<Ring>(dect).calling, "330");
  command<Alerting>(s0);
  tell(dect, OffHook{});
  command<Answer>(s0);
  EXPECT_TRUE(carries(s0, dect));
  EXPECT_TRUE(carries(dect, s0));
  tell(dect, OnHook{});
  EXPECT_EQ(command<Release>(s0).cause, 16);
  EXPECT_FALSE(carries(dect, s0));
}

TEST_F(KindsOnTheBus, AnExchangeCallsATerminal) {
  tell(t0, CallSetup{"330", "0123"});
  const auto setup = command<CallSetup>(s0);
  EXPECT_EQ(setup.called, "330");
  EXPECT_EQ(setup.calling, "0123");
  tell(s0, Alerting{});
  command<Alerting>(t0);
  tell(s0, Answer{});
  command<Answer>(t0);
  EXPECT_TRUE(carries(t0, s0));
  EXPECT_TRUE(carries(s0, t0));
}

TEST_F(KindsOnTheBus, WhatDoesNotFitAKindIsPassedOver) {
  tell(s0, OffHook{});
  tell(t0, HookFlash{});
  tell(dect, CallSetup{"330", ""});
  EXPECT_EQ(bus.shelves().at(0).refused, 3U);
  EXPECT_FALSE(hears_something(s0)) << "a terminal on an S0 is not off hook";
  EXPECT_TRUE(exchange.views().empty());
}

}  // namespace
}  // namespace cadenas::pbx::test
