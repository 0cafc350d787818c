// Calls of sets on the TDM bus (ENC-2, ENC-5, ENC-6).

#include "call_harness.hpp"

namespace cadenas::pbx::test {
namespace {

using media::CallTone;
using media::tdm::Digit;
using media::tdm::HookFlash;
using media::tdm::OffHook;
using media::tdm::OnHook;
using media::tdm::OutOfService;
using media::tdm::Ring;
using media::tdm::StopRing;

/// The set calls the phone and is answered encrypted.
void connect_to_phone(TdmSide& set, Phone& phone) {
  set.tell(OffHook{});
  set.dial(phone.number);
  const auto invite = phone.request(sip::Method::invite);
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
}

/// The phone calls the set and is answered encrypted.
void connect_to_set(Phone& phone, TdmSide& set, const std::string& number) {
  phone.invite(number, savp(4000, 'a'));
  set.command<Ring>();
  phone.response(180);
  set.tell(OffHook{});
  phone.ack(*phone.response(200));
}

TEST(TdmCall, OfASetToAPhoneIsEncryptedBetweenBoardAndPhone) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  set.tell(OffHook{});
  EXPECT_EQ(set.hears(), CallTone::dial);
  set.tell(Digit{'1'});
  EXPECT_EQ(set.hears(), std::nullopt) << "the dial tone ends with the first digit";
  set.dial("00");
  const auto invite = phone.request(sip::Method::invite);
  EXPECT_NE(std::string(invite->value(sip::HeaderId::p_asserted_identity)).find("\"Set 310\" <sip:310@"),
            std::string::npos);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/SAVP");
  EXPECT_EQ(sdp_of(*invite).media[0].formats, (std::vector<std::string>{"8", "0", "101"}));
  phone.respond(*invite, 180);
  EXPECT_EQ(set.hears(), CallTone::ringback);
  phone.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  phone.request(sip::Method::ack);
  EXPECT_EQ(set.hears(), std::nullopt);

  ASSERT_TRUE(exchange.tdm.last().leg);
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  EXPECT_EQ(exchange.tdm.last().leg->remote_rtp.port(), 5000);
  EXPECT_EQ(exchange.tdm.last().audio->voice.sends.codec, media::Codec::pcma);
  EXPECT_EQ(exchange.tdm.last().audio->sends_events, 101);
  EXPECT_TRUE(exchange.media.sessions.empty()) << "no ports for a second packet leg";

  exchange.tdm.last().stats.leg.rtp.rx_authenticated = 40;
  exchange.tdm.last().stats.slot.heard = 41;
  const auto view = exchange.views().at(0);
  ASSERT_EQ(view.legs.size(), 2U);
  EXPECT_EQ(view.legs[0].port, "shelf/0/3");
  EXPECT_EQ(view.legs[0].transport, "TDM");
  EXPECT_EQ(view.legs[0].slot_heard, 41U);
  EXPECT_FALSE(view.legs[0].padlock);
  for (const auto& verdict : view.legs[0].verdicts) EXPECT_FALSE(verdict.applies);
  EXPECT_NE(view.legs[0].reason.find("no packet carries it"), std::string::npos) << view.legs[0].reason;
  EXPECT_TRUE(view.legs[1].padlock) << view.legs[1].reason;

  set.tell(OnHook{});
  phone.respond(*phone.request(sip::Method::bye), 200);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
  EXPECT_EQ(exchange.counts().calls, 0U);
  ASSERT_EQ(exchange.records.size(), 1U);
  EXPECT_EQ(exchange.records[0].legs[0].transport, "TDM");
  EXPECT_TRUE(exchange.records[0].legs[0].failing.empty());
  EXPECT_TRUE(exchange.records[0].legs[1].padlock);
}

TEST(TdmCall, OfAPhoneToASetRingsItAndIsEncryptedBetweenBoardAndPhone) {
  Exchange exchange(2);
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100", sip::Transport::tls, 1);
  phone.invite("310", savp(4000, 'a'));
  EXPECT_EQ(set.command<Ring>().calling, "100");
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U) << "what is not answered takes no slot";
  EXPECT_TRUE(phone.response(180)->body().empty());
  set.tell(OffHook{});
  set.command<StopRing>();
  const auto ok = phone.response(200);
  phone.ack(*ok);
  const auto sdp = sdp_of(*ok);
  EXPECT_EQ(sdp.media[0].proto, "RTP/SAVP");
  EXPECT_EQ(sdp.media[0].formats, (std::vector<std::string>{"8", "101"}));
  EXPECT_GE(sdp.media[0].port, 22000) << "the port of the board's session";
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);

  phone.send("BYE");
  phone.response(200);
  EXPECT_EQ(set.hears(), CallTone::busy);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
  set.tell(OnHook{});
  EXPECT_EQ(set.hears(), std::nullopt);
}

TEST(TdmCall, BetweenTwoSetsNeverLeavesTheBus) {
  Exchange exchange(2);
  TdmSide caller = exchange.port("shelf/0/3", "310");
  TdmSide callee = exchange.port("shelf/0/4", "311", store::TdmPortKind::digital);
  caller.tell(OffHook{});
  caller.dial("311");
  EXPECT_EQ(callee.command<Ring>().calling, "310");
  EXPECT_EQ(caller.hears(), CallTone::ringback);
  callee.tell(OffHook{});
  exchange.settle();
  ASSERT_EQ(exchange.tdm.joined.size(), 1U);
  EXPECT_EQ(exchange.tdm.joined[0], std::pair(caller.id, callee.id));
  EXPECT_EQ(caller.hears(), std::nullopt);
  EXPECT_TRUE(exchange.media.sessions.empty());
  EXPECT_TRUE(exchange.tdm.sessions.empty());
  exchange.tdm.ports.at(callee.id).slot.said = 7;
  const auto view = exchange.views().at(0);
  EXPECT_EQ(view.state, CallState::answered);
  EXPECT_EQ(view.legs.at(1).slot_said, 7U);

  caller.tell(OnHook{});
  EXPECT_TRUE(exchange.tdm.joined.empty());
  EXPECT_EQ(callee.hears(), CallTone::busy);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(TdmCall, ToASetThatIsOffHookIsBusyAndToOneWithoutACardIsNotThere) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  set.tell(OffHook{});
  phone.invite("310", savp(4000, 'a'));
  phone.response(486);
  set.tell(OutOfService{"tdm.card-gone"});
  phone.invite("310", savp(4000, 'a'));
  phone.response(480);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(TdmCall, WhoseCallerGivesUpStopsRinging) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  phone.invite("310", savp(4000, 'a'));
  set.command<Ring>();
  phone.response(180);
  phone.cancel();
  phone.response(200);
  phone.response(487);
  set.command<StopRing>();
  phone.invite("310", savp(4000, 'a'));
  set.command<Ring>();
}

TEST(TdmCall, EndsWithTheCard) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  connect_to_phone(set, phone);
  set.tell(OutOfService{"tdm.card-gone"});
  phone.request(sip::Method::bye);
  EXPECT_EQ(exchange.records.at(0).cause, "tdm.card-gone");
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(TdmCall, EndsWithTheDeclarationOfItsPort) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  connect_to_set(phone, set, "310");
  exchange.tdm_ports.clear();
  exchange.follow_ports();
  phone.request(sip::Method::bye);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(TdmCall, RefusedOrUnknownEndsInATone) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  set.tell(OffHook{});
  set.dial("100");
  phone.respond(*phone.request(sip::Method::invite), 486);
  phone.request(sip::Method::ack);
  EXPECT_EQ(set.hears(), CallTone::busy);
  set.tell(OnHook{});
  EXPECT_EQ(set.hears(), std::nullopt);
  set.tell(OffHook{});
  set.dial("9");
  EXPECT_EQ(set.hears(), CallTone::congestion) << "no number begins so";
  set.tell(OnHook{});
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(TdmCall, WaitsForTheDigitsOfALongerNumber) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& at_short = exchange.phone("10");
  Phone& at_long = exchange.phone("100");
  set.tell(OffHook{});
  set.dial("10");
  EXPECT_TRUE(at_short.silent());
  exchange.pass(exchange.services.tdm_settings.next_digit);
  at_short.respond(*at_short.request(sip::Method::invite), 180);
  set.tell(OnHook{});
  at_short.request(sip::Method::cancel);
  set.tell(OffHook{});
  set.dial("10");
  set.dial("0");
  at_long.request(sip::Method::invite);
  set.tell(OnHook{});
  set.tell(OffHook{});
  set.dial("10#");
  at_short.request(sip::Method::invite);
}

TEST(TdmCall, ThatIsNotDialledInTimeHearsCongestion) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  set.tell(OffHook{});
  exchange.pass(exchange.services.tdm_settings.first_digit);
  EXPECT_EQ(set.hears(), CallTone::congestion);
}

/// Answers a re-INVITE from the board.
sip::Sdp answer_offer(Phone& phone, int port, char octet, const std::string& direction = "sendrecv") {
  const auto offer = phone.request(sip::Method::invite);
  phone.respond(*offer, 200, savp_answer(*offer, port, octet, direction));
  phone.request(sip::Method::ack);
  return sdp_of(*offer);
}

/// The set, in a call with `first`, puts it on hold and calls `second`, who answers.
void consult(TdmSide& set, Phone& first, Phone& second) {
  connect_to_phone(set, first);
  set.tell(HookFlash{});
  answer_offer(first, 5000, 'b', "recvonly");
  EXPECT_EQ(set.hears(), CallTone::dial);
  set.dial(second.number);
  const auto invite = second.request(sip::Method::invite);
  second.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
  second.request(sip::Method::ack);
}

TEST(TdmEnquiry, ChangesBetweenTwoPhonesByTheHook) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& first = exchange.phone("100");
  Phone& second = exchange.phone("101");
  consult(set, first, second);
  EXPECT_EQ(exchange.counts().calls, 2U);
  const auto port_before = exchange.tdm.sessions.begin()->second.leg->remote_rtp.port();
  EXPECT_EQ(port_before, 5000);

  set.tell(HookFlash{});
  set.dial("2");
  answer_offer(second, 6000, 'c', "recvonly");
  const auto back = answer_offer(first, 5000, 'd');
  EXPECT_EQ(back.direction_of(back.media[0]), sip::Direction::sendrecv);
  EXPECT_EQ(exchange.tdm.last().leg->remote_rtp.port(), 5000) << "on a session that has the slot again";
  EXPECT_EQ(exchange.tdm.last().leg->direction, media::Direction::send_receive);

  second.send("BYE");
  second.response(200);
  EXPECT_EQ(set.hears(), std::nullopt) << "the one on hold has gone";
  EXPECT_EQ(exchange.counts().calls, 1U);
  set.tell(OnHook{});
  first.request(sip::Method::bye);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
}

TEST(TdmEnquiry, ThatComesToNothingIsGivenUpByTheHook) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& first = exchange.phone("100");
  Phone& second = exchange.phone("101");
  connect_to_phone(set, first);
  set.tell(HookFlash{});
  answer_offer(first, 5000, 'b', "recvonly");
  set.dial("101");
  second.respond(*second.request(sip::Method::invite), 486);
  second.request(sip::Method::ack);
  EXPECT_EQ(set.hears(), CallTone::busy);
  set.tell(HookFlash{});
  EXPECT_EQ(set.hears(), std::nullopt);
  const auto back = answer_offer(first, 5000, 'd');
  EXPECT_EQ(back.direction_of(back.media[0]), sip::Direction::sendrecv);
}

TEST(TdmEnquiry, JoinsTheTwoPhonesWhenTheSetHangsUp) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& first = exchange.phone("100");
  Phone& second = exchange.phone("101");
  consult(set, first, second);
  set.tell(OnHook{});
  answer_offer(second, 6000, 'e');
  answer_offer(first, 5000, 'f');
  EXPECT_EQ(exchange.counts().calls, 1U);
  EXPECT_EQ(exchange.tdm.open_sessions(), 0U);
  const auto& session = exchange.media.last();
  EXPECT_EQ(session.legs.at(media::Side::a).remote_rtp.port() + session.legs.at(media::Side::b).remote_rtp.port(),
            11000);
  EXPECT_TRUE(session.legs.at(media::Side::a).srtp_only);
  EXPECT_TRUE(session.legs.at(media::Side::b).srtp_only);
  set.tell(OffHook{});
  EXPECT_EQ(set.hears(), CallTone::dial) << "it is free again";
  first.send("BYE");
  first.response(200);
  second.request(sip::Method::bye);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(TdmEnquiry, EndsBothWhenTheSetHangsUpBeforeTheAnswer) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& first = exchange.phone("100");
  Phone& second = exchange.phone("101");
  connect_to_phone(set, first);
  set.tell(HookFlash{});
  answer_offer(first, 5000, 'b', "recvonly");
  set.dial("101");
  second.respond(*second.request(sip::Method::invite), 180);
  set.tell(OnHook{});
  second.request(sip::Method::cancel);
  first.request(sip::Method::bye);
  EXPECT_EQ(exchange.counts().calls, 0U);
}

TEST(TdmCall, IsHeldAndTakenBackByTheHook) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  connect_to_phone(set, phone);
  set.tell(HookFlash{});
  const auto hold = answer_offer(phone, 5000, 'b', "recvonly");
  EXPECT_EQ(hold.direction_of(hold.media[0]), sip::Direction::sendonly);
  EXPECT_EQ(exchange.tdm.last().leg->direction, media::Direction::send_only);
  EXPECT_EQ(set.hears(), CallTone::dial) << "for an enquiry";
  set.tell(HookFlash{});
  EXPECT_EQ(set.hears(), std::nullopt);
  const auto back = answer_offer(phone, 5000, 'd');
  EXPECT_EQ(back.direction_of(back.media[0]), sip::Direction::sendrecv);
  EXPECT_EQ(exchange.tdm.last().leg->direction, media::Direction::send_receive);
  EXPECT_EQ(exchange.tdm.open_sessions(), 1U);
}

TEST(TdmCall, IsHeldByThePhone) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  connect_to_set(phone, set, "310");
  phone.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto ok = phone.response(200);
  phone.ack(*ok);
  EXPECT_EQ(sdp_of(*ok).direction_of(sdp_of(*ok).media[0]), sip::Direction::recvonly);
  EXPECT_EQ(exchange.tdm.last().leg->direction, media::Direction::receive_only);
}

TEST(TdmCall, SendsWhatADigitalSetDialsToThePhone) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310", store::TdmPortKind::digital);
  Phone& phone = exchange.phone("100");
  connect_to_phone(set, phone);
  set.dial("12#");
  EXPECT_EQ(exchange.tdm.last().dialled, "12#");
}

TEST(TdmCall, WithAPhoneThatSpeaksWidebandOnlyIsTurnedIntoIt) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  phone.invite("310", description("RTP/AVP", 4000, {}, "sendrecv", "9 101"));
  set.command<Ring>();
  phone.response(180);
  set.tell(OffHook{});
  const auto ok = phone.response(200);
  phone.ack(*ok);
  EXPECT_EQ(sdp_of(*ok).media[0].formats, (std::vector<std::string>{"9", "101"}));
  EXPECT_EQ(exchange.tdm.last().audio->voice.sends.codec, media::Codec::g722);
}

TEST(TdmCall, WithoutACodecInCommonIsRefused) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& phone = exchange.phone("100");
  phone.invite("310", description("RTP/AVP", 4000, {}, "sendrecv", "18"));
  set.command<Ring>();
  phone.response(180);
  set.tell(OffHook{});
  phone.response(488);
  EXPECT_EQ(set.hears(), CallTone::busy);
}

TEST(TdmTransfer, OfAPhoneToASetMovesThePartyThatStaysToTheSlot) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  Phone& stays = exchange.phone("100");
  Phone& leaves = exchange.phone("101");
  connect(stays, leaves);
  leaves.send("REFER", {}, "Refer-To: <sip:310@192.0.2.1>\r\n");
  leaves.response(202);
  leaves.respond(*leaves.request(sip::Method::notify), 200);
  set.command<Ring>();
  leaves.respond(*leaves.request(sip::Method::notify), 200);
  set.tell(OffHook{});
  leaves.respond(*leaves.request(sip::Method::notify), 200);
  leaves.respond(*leaves.request(sip::Method::bye), 200);
  const auto offer = stays.request(sip::Method::invite);
  EXPECT_GE(sdp_of(*offer).media[0].port, 22000);
  stays.respond(*offer, 200, savp_answer(*offer, 4000, 'e'));
  stays.request(sip::Method::ack);
  EXPECT_EQ(exchange.media.open_sessions(), 0U);
  EXPECT_TRUE(exchange.tdm.last().leg->srtp_only);
  EXPECT_EQ(exchange.tdm.last().leg->remote_rtp.port(), 4000);
}

TEST(TdmSettingsOf, APortTakenAwayAndBackServesAnew) {
  Exchange exchange;
  TdmSide set = exchange.port("shelf/0/3", "310");
  exchange.tdm.ports.at(set.id).state.off_hook = true;
  exchange.tdm_ports.clear();
  exchange.follow_ports();
  exchange.tdm_ports["shelf/0/3"].shelf = "shelf";
  exchange.tdm_ports["shelf/0/3"].slot = 3;
  exchange.tdm_ports["shelf/0/3"].number = "310";
  exchange.follow_ports();
  Phone& phone = exchange.phone("100");
  phone.invite("310", savp(4000, 'a'));
  phone.response(486);
  set.tell(OnHook{});
  phone.invite("310", savp(4000, 'a'));
  set.command<Ring>();
}

}  // namespace
}  // namespace cadenas::pbx::test
