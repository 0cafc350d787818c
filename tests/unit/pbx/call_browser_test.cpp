// Calls of browsers that are registered over secure WebSockets (ENC-1, ENC-7, RFC 7118, RFC 9429).

#include "browser_terms.hpp"
#include "conference_harness.hpp"
#include "sip/sdp_bundle.hpp"
#include "sip/sdp_ice.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Side;

std::string ufrag_of(const sip::MessageView& message) {
  return std::string(sdp_of(message).media.at(0).attribute("ice-ufrag").value_or(""));
}

/// 100 is a browser, 200 a desk phone.
struct BrowserCalls : Rooms {
  Phone& web = exchange.phone("100", sip::Transport::wss);
  Phone& desk = exchange.phone("200");
  Browser browser;

  const media::LegMedia& leg(Side side) { return exchange.media.last().legs.at(side); }
  LegView view(std::size_t leg) { return exchange.views().at(0).legs.at(leg); }
  void calls() {
    web.invite("200", browser.offer());
    const auto invite = desk.request(sip::Method::invite);
    desk.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
    desk.request(sip::Method::ack);
    web.ack(*web.response(200));
  }
  void is_called() {
    desk.invite("100", savp(4000, 'a'));
    web.respond(*web.request(sip::Method::invite), 200, browser.answer());
    web.request(sip::Method::ack);
    desk.ack(*desk.response(200));
  }
  /// An attended transfer: who the desk phone speaks with now takes the place that it has in that call.
  void desk_transfers_to(const Phone::Dialog& call) {
    const std::string place = call.call_id + ";to-tag=" + call.remote_tag + ";from-tag=" + call.local_tag;
    desk.send("REFER", {}, "Refer-To: <sip:100@192.0.2.1?Replaces=" + sip::escape_header(place) + ">\r\n");
  }
  /// The browser is offered something in the dialog, and answers.
  sip::Sdp offered() {
    const auto offer = web.request(sip::Method::invite);
    web.respond(*offer, 200, browser.answer());
    web.request(sip::Method::ack);
    return sdp_of(*offer);
  }
};

TEST(CallBrowser, JoinsABrowserThatCallsWithAPhoneOfSdes) {
  BrowserCalls t;
  t.web.invite("200", t.browser.offer());
  const auto invite = t.desk.request(sip::Method::invite);
  const auto to_desk = sdp_of(*invite);
  EXPECT_EQ(to_desk.media[0].proto, "RTP/SAVP");
  EXPECT_EQ(to_desk.media[0].formats.at(0), "111") << "codecs pass as they are";
  for (const char* of_the_browser :
       {"ice-ufrag", "ice-pwd", "candidate", "fingerprint", "rtcp-fb", "extmap", "ssrc", "msid", "mid", "rtcp-mux"}) {
    EXPECT_FALSE(to_desk.media[0].has_attribute(of_the_browser)) << of_the_browser;
  }
  EXPECT_FALSE(to_desk.session.has_attribute("group"));
  EXPECT_FALSE(to_desk.session.has_attribute("ice-lite"));
  t.desk.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  t.desk.request(sip::Method::ack);
  const auto answered = t.web.response(200);
  const auto to_web = sdp_of(*answered);
  EXPECT_TRUE(to_web.session.has_attribute("ice-lite"));
  EXPECT_EQ(to_web.session.attribute("group"), "BUNDLE 0");
  EXPECT_EQ(to_web.media[0].formats, (std::vector<std::string>{"8", "0", "101"}));
  EXPECT_FALSE(to_web.media[0].has_attribute("crypto"));
  t.web.ack(*answered);
  ASSERT_TRUE(t.leg(Side::a).ice && t.leg(Side::a).dtls);
  EXPECT_EQ(t.leg(Side::a).ice->own_ufrag, ufrag_of(*answered));
  EXPECT_EQ(t.leg(Side::a).ice->peer_ufrag, t.browser.ufrag);
  EXPECT_EQ(t.leg(Side::a).direction, media::Direction::send_receive);
  EXPECT_FALSE(t.leg(Side::b).ice || t.leg(Side::b).dtls);
  EXPECT_TRUE(t.leg(Side::b).send);
  EXPECT_EQ(t.view(0).transport, "WSS");
  EXPECT_EQ(t.view(0).key_exchange, "DTLS-SRTP");
  EXPECT_EQ(t.view(0).ice_state, "waiting");
  EXPECT_NE(t.view(0).reason.find("No check of ICE"), std::string::npos) << t.view(0).reason;
  t.exchange.media.last().stats.a.ice = media::IceStats{.state = media::IceState::nominated, .answered = 1};
  EXPECT_EQ(t.view(0).ice_state, "nominated");
  EXPECT_EQ(t.view(1).ice_state, "");
}

TEST(CallBrowser, OffersABrowserThatIsCalledItsOwnFormWhateverIsDeclared) {
  for (const auto declared : {store::OfferStyle::savp, store::OfferStyle::avp_crypto, store::OfferStyle::dtls}) {
    BrowserCalls t;
    t.exchange.subscription("100").offer_style = declared;
    t.exchange.publish();
    t.desk.invite("100", savp(4000, 'a'));
    const auto invite = t.web.request(sip::Method::invite);
    const auto to_web = sdp_of(*invite);
    EXPECT_EQ(to_web.media[0].proto, "UDP/TLS/RTP/SAVPF");
    EXPECT_EQ(sip::mid_of(to_web.media[0]), "0");
    EXPECT_TRUE(to_web.session.has_attribute("ice-lite"));
    EXPECT_FALSE(to_web.media[0].has_attribute("crypto"));
    t.web.respond(*invite, 200, t.browser.answer());
    t.web.request(sip::Method::ack);
    const auto answered = t.desk.response(200);
    EXPECT_FALSE(sdp_of(*answered).media[0].has_attribute("ice-ufrag"));
    t.desk.ack(*answered);
    ASSERT_TRUE(t.leg(Side::b).ice);
    EXPECT_EQ(t.leg(Side::b).ice->own_ufrag, ufrag_of(*invite));
    EXPECT_TRUE(t.leg(Side::a).receive);
  }
}

TEST(CallBrowser, JoinsTwoBrowsersEachWithCredentialsOfItsOwn) {
  BrowserCalls t;
  Phone& other = t.exchange.phone("300", sip::Transport::wss);
  t.web.invite("300", t.browser.offer());
  const auto invite = other.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_NE(ufrag_of(*invite), t.browser.ufrag);
  Browser called;
  called.ufrag = "Othr";
  called.certificate = 0x22;
  other.respond(*invite, 200, called.answer());
  other.request(sip::Method::ack);
  t.web.ack(*t.web.response(200));
  EXPECT_EQ(t.leg(Side::a).ice->peer_ufrag, "Oyef");
  EXPECT_EQ(t.leg(Side::b).ice->peer_ufrag, "Othr");
  EXPECT_NE(t.leg(Side::a).ice->own_ufrag, t.leg(Side::b).ice->own_ufrag);
}

TEST(CallBrowser, JoinsAClearPhoneWithABrowserWhoseLegIsEncrypted) {
  BrowserCalls t;
  Phone& clear = t.exchange.phone("300", sip::Transport::udp);
  t.web.invite("300", t.browser.offer());
  const auto invite = clear.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  clear.respond(*invite, 200, description("RTP/AVP", 5000));
  clear.request(sip::Method::ack);
  t.web.ack(*t.web.response(200));
  EXPECT_TRUE(t.leg(Side::a).ice && t.leg(Side::a).dtls);
  EXPECT_FALSE(t.leg(Side::b).srtp_only);
}

TEST(CallBrowser, IsHeldAndResumedFromEitherEndWithoutRestartingIce) {
  BrowserCalls t;
  t.is_called();
  const auto ice = t.leg(Side::b).ice->clone();
  const auto dtls = t.leg(Side::b).dtls;
  const auto is_as_before = [&] {
    return t.leg(Side::b).ice && t.leg(Side::b).ice->own_ufrag == ice.own_ufrag &&
           t.leg(Side::b).ice->peer_ufrag == ice.peer_ufrag && t.leg(Side::b).dtls == dtls;
  };
  t.desk.send("INVITE", savp(4000, 'a', "sendonly"));
  t.browser.direction = "recvonly";
  const auto held = t.offered();
  EXPECT_EQ(held.direction_of(held.media[0]), sip::Direction::sendonly);
  EXPECT_EQ(held.media[0].proto, "UDP/TLS/RTP/SAVPF");
  t.desk.ack(*t.desk.response(200));
  EXPECT_TRUE(is_as_before());
  EXPECT_EQ(t.leg(Side::b).direction, media::Direction::send_only);
  t.desk.send("INVITE", savp(4000, 'a'));
  t.browser.direction = "sendrecv";
  t.offered();
  t.desk.ack(*t.desk.response(200));
  EXPECT_TRUE(is_as_before());

  t.browser.direction = "sendonly";
  t.web.send("INVITE", t.browser.offer());
  const auto to_desk = t.desk.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*to_desk).direction_of(sdp_of(*to_desk).media[0]), sip::Direction::sendonly);
  t.desk.respond(*to_desk, 200, savp_answer(*to_desk, 4000, 'a', "recvonly"));
  t.desk.request(sip::Method::ack);
  const auto answered = t.web.response(200);
  EXPECT_EQ(ufrag_of(*answered), ice.own_ufrag);
  t.web.ack(*answered);
  EXPECT_TRUE(is_as_before());
}

TEST(CallBrowser, RestartsIceOnTheBrowsersLegAlone) {
  BrowserCalls t;
  t.calls();
  const auto before = t.leg(Side::a).ice->clone();
  const auto dtls = t.leg(Side::a).dtls;
  t.browser.ufrag = "Rst2";
  t.browser.password = "another/password+of/22ch";
  t.browser.version = 3;
  t.web.send("INVITE", t.browser.offer());
  const auto answered = t.web.response(200);
  t.web.ack(*answered);
  EXPECT_NE(ufrag_of(*answered), before.own_ufrag);
  EXPECT_EQ(t.leg(Side::a).ice->own_ufrag, ufrag_of(*answered));
  EXPECT_EQ(t.leg(Side::a).ice->peer_ufrag, "Rst2");
  EXPECT_EQ(t.leg(Side::a).dtls, dtls);
  EXPECT_TRUE(t.desk.silent());
}

TEST(CallBrowser, IsRefusedWithTheReasonWhereItMayNotBeEncrypted) {
  BrowserCalls t;
  t.exchange.subscription("100").encryption_right = false;
  t.exchange.publish();
  t.web.invite("200", t.browser.offer());
  const auto own = t.web.response(488);
  EXPECT_NE(own->value(sip::HeaderId::warning).find("policy.no-right"), std::string_view::npos);
  EXPECT_TRUE(t.desk.silent());
  t.desk.invite("100", savp(4000, 'a'));
  const auto refusal = t.desk.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("A browser takes encrypted voice only"),
            std::string_view::npos);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("policy.no-right"), std::string_view::npos);
  EXPECT_TRUE(t.web.silent()) << "it is never offered what it cannot take";
}

TEST(CallBrowser, IsNeverCalledAgainInClear) {
  BrowserCalls t;
  t.desk.invite("100", savp(4000, 'a'));
  t.web.respond(*t.web.request(sip::Method::invite), 488);
  t.web.request(sip::Method::ack);
  t.desk.response(488);
  EXPECT_TRUE(t.web.silent());
}

TEST(CallBrowser, IsNotOfferedClearVoiceWhenTheRightGoesInMidCall) {
  BrowserCalls t;
  t.is_called();
  t.exchange.subscription("100").encryption_right = false;
  t.exchange.settings.licensed = false;
  t.exchange.publish();
  t.desk.send("INVITE", description("RTP/AVP", 4000, {}, "sendonly"));
  t.desk.ack(*t.desk.response(488));
  EXPECT_TRUE(t.web.silent());
  EXPECT_TRUE(t.leg(Side::b).dtls && t.leg(Side::b).ice);
}

TEST(CallBrowser, EndsACallWhoseAnswerHasNoIce) {
  BrowserCalls t;
  t.desk.invite("100", savp(4000, 'a'));
  const auto invite = t.web.request(sip::Method::invite);
  t.web.respond(*invite, 200, without(without(t.browser.answer(), "a=ice-ufrag"), "a=ice-pwd"));
  t.web.request(sip::Method::ack);
  t.web.request(sip::Method::bye);
  const auto refusal = t.desk.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("says nothing of ICE"), std::string_view::npos);
}

TEST(CallBrowser, IsRungBesideADeskPhoneOfTheSameNumber) {
  BrowserCalls t;
  Phone& second = t.exchange.phone("100");
  t.desk.invite("100", savp(4000, 'a'));
  const auto to_web = t.web.request(sip::Method::invite);
  const auto to_second = second.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*to_web).media[0].proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(sdp_of(*to_second).media[0].proto, "RTP/SAVP");
  second.respond(*to_second, 180);
  t.desk.response(180);
  t.web.respond(*to_web, 200, t.browser.answer());
  t.web.request(sip::Method::ack);
  second.respond(*second.request(sip::Method::cancel), 200);
  t.desk.ack(*t.desk.response(200));
  EXPECT_TRUE(t.leg(Side::b).ice);
}

TEST(CallBrowser, TakesItsCallFromThePoolToTheBoard) {
  BrowserCalls t;
  t.exchange.media.is_pool = true;
  t.desk.invite("100", savp(4000, 'a'));
  EXPECT_TRUE(t.exchange.media.asked_for_dtls) << "once its contacts are known";
  EXPECT_EQ(t.exchange.media.open_sessions(), 1u);
  const auto invite = t.web.request(sip::Method::invite);
  t.web.respond(*invite, 200, t.browser.answer());
  t.web.request(sip::Method::ack);
  const auto answered = t.desk.response(200);
  t.desk.ack(*answered);
  EXPECT_TRUE(t.leg(Side::b).ice);
  EXPECT_EQ(t.exchange.media.last().configured[Side::a], 1);
}

TEST(CallBrowser, IsRefusedWhereMediaIsOnRelaysThatCannotShakeHands) {
  BrowserCalls t;
  t.exchange.media.shakes_hands = false;
  t.desk.invite("100", savp(4000, 'a'));
  const auto refusal = t.desk.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("embedded media board"), std::string_view::npos);
  EXPECT_TRUE(t.web.silent());
  EXPECT_EQ(t.exchange.media.open_sessions(), 0u);
}

TEST(CallBrowser, FollowsAnAttendedTransferWithARestart) {
  BrowserCalls t;
  Phone& third = t.exchange.phone("300");
  t.is_called();
  const auto ice = t.leg(Side::b).ice->clone();
  const auto with_web = t.desk.dialog;
  connect(t.desk, third);
  t.desk_transfers_to(with_web);
  t.browser.ufrag = "Mvd2";
  const auto offer = t.offered();
  EXPECT_NE(offer.media[0].attribute("ice-ufrag"), ice.own_ufrag);
  EXPECT_TRUE(offer.media[0].attribute("fingerprint").value_or("").starts_with("sha-384 "));
  EXPECT_EQ(offer.media[0].proto, "UDP/TLS/RTP/SAVPF");
  bool is_there = false;
  for (const auto& [side, leg] : t.exchange.media.last().legs) is_there = is_there || (leg.ice && leg.dtls);
  EXPECT_TRUE(is_there);
}

TEST(CallBrowser, TakesACallOnThePoolThatItIsTransferredIntoToTheBoard) {
  BrowserCalls t;
  Phone& third = t.exchange.phone("300");
  t.is_called();
  const auto with_web = t.desk.dialog;
  t.exchange.media.is_pool = true;
  connect(t.desk, third);
  t.desk_transfers_to(with_web);
  t.browser.ufrag = "Mvd2";
  EXPECT_EQ(t.offered().media[0].proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_TRUE(t.exchange.media.last().shakes_hands);
}

TEST(CallBrowser, TakesPartInAConferenceAndIsNotAskedToBeClear) {
  BrowserCalls t;
  t.add("700");
  t.exchange.publish();
  t.web.invite("700", t.browser.offer());
  const auto answered = t.web.response(200);
  EXPECT_TRUE(sdp_of(*answered).session.has_attribute("ice-lite"));
  t.web.ack(*answered);
  ASSERT_TRUE(t.exchange.conferences.member().leg->ice);
  EXPECT_EQ(t.exchange.conferences.member().leg->ice->own_ufrag, ufrag_of(*answered));
  t.enter_clear("300", "700");
  EXPECT_FALSE(t.Rooms::view("700").encrypted);
  EXPECT_TRUE(t.web.silent());
  EXPECT_TRUE(t.exchange.conferences.member(1).leg->dtls);
}

TEST(CallBrowser, IsSentIntoAConferenceByATransfer) {
  BrowserCalls t;
  t.add("700");
  t.exchange.publish();
  t.is_called();
  const auto before = t.leg(Side::b).ice->clone();
  t.desk.send("REFER", {}, "Refer-To: <sip:700@192.0.2.1>\r\n");
  const auto offer = t.offered();
  EXPECT_EQ(offer.media[0].proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_NE(offer.media[0].attribute("ice-ufrag"), before.own_ufrag);
  ASSERT_TRUE(t.exchange.conferences.member().leg);
  EXPECT_TRUE(t.exchange.conferences.member().leg->ice);
  EXPECT_TRUE(t.Rooms::view("700").encrypted);
}

TEST(CallBrowser, IsNotIntrudedUponSinceThatIsNeverEncrypted) {
  BrowserCalls t;
  t.exchange.services.settings.intrusion_prefix = "*55";
  Phone& intruder = t.exchange.phone("300");
  t.exchange.subscription("300").intrusion_right = true;
  t.exchange.publish();
  t.is_called();
  intruder.invite("*55200", savp(6000, 'c'));
  const auto refusal = intruder.response(403);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("100 takes encrypted voice only"), std::string_view::npos);
  EXPECT_TRUE(t.web.silent());
}

}  // namespace
}  // namespace cadenas::pbx::test
