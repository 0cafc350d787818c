// Offer and answer of one leg that has ICE, without SIP around it (RFC 8839, RFC 8842, RFC 9143, RFC 9429).

#include <gtest/gtest.h>

#include "agreement_terms.hpp"
#include "browser_terms.hpp"
#include "pbx/party_media.hpp"
#include "sip/sdp_bundle.hpp"
#include "sip/sdp_ice.hpp"

namespace cadenas::pbx::test {
namespace {

const std::vector<media::DtlsFingerprint> kCertificate{{media::FingerprintHash::sha256, base::Bytes(32, 0xb0)},
                                                       {media::FingerprintHash::sha384, base::Bytes(48, 0xb1)}};

sip::IceCredentials credentials_of(const sip::Sdp& sdp, std::size_t line = 0) {
  auto said = sip::ice_of(sdp, sdp.media.at(line)).credentials;
  EXPECT_TRUE(said) << sdp.to_string();
  return said ? std::move(*said) : sip::IceCredentials{};
}

class IceOfferAnswer : public testing::Test {
 protected:
  base::Result<AudioDescription> take(const std::string& offer) {
    const sip::Sdp sdp = parsed(offer);
    const auto described = read_description(sdp);
    EXPECT_TRUE(described) << offer;
    return leg.take_offer(sdp, decided(described->seen), policy::SrtpMode::preferred);
  }
  sip::Sdp answer_to(const std::string& offer) {
    const auto taken = take(offer);
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message);
    return leg.make_answer(default_audio());
  }
  std::string refusal_of(const std::string& offer) {
    const auto taken = take(offer);
    return taken ? "" : taken.error().code;
  }
  sip::Sdp offer() { return leg.make_offer(default_audio(), leg.form_in_dialog(policy::MediaForm::webrtc)); }
  std::string answer_refusal(const std::string& answer) {
    offer();
    const auto taken = leg.take_answer(parsed(answer));
    if (!taken) leg.drop_offer();
    return taken ? "" : taken.error().code;
  }

  PartyMedia leg{{"192.0.2.1", 20000, kCertificate}, {}};
  Browser browser;
};

TEST_F(IceOfferAnswer, AnswersABrowserAsALiteAgentWithOneCandidate) {
  const sip::Sdp answer = answer_to(browser.offer());
  EXPECT_TRUE(answer.session.has_attribute("ice-lite"));
  EXPECT_EQ(answer.session.attribute("ice-options"), "ice2");
  EXPECT_EQ(answer.session.attribute("group"), "BUNDLE 0");
  const auto& line = answer.media.at(0);
  EXPECT_EQ(line.proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(line.port, 20000);
  EXPECT_EQ(line.attributes("candidate"),
            (std::vector<std::string_view>{"1 1 UDP 2130706431 192.0.2.1 20000 typ host"}));
  EXPECT_EQ(line.attribute("mid"), "0");
  EXPECT_TRUE(line.rtcp_mux());
  EXPECT_EQ(line.attribute("setup"), "passive") << "the browser knows first when the way is open";
  for (const char* of_its_own : {"rtcp-fb", "extmap", "ssrc", "msid", "rtcp-rsize", "crypto", "end-of-candidates"}) {
    EXPECT_FALSE(line.has_attribute(of_its_own)) << of_its_own;
  }
  const auto said = credentials_of(answer);
  const auto board = leg.board_leg();
  ASSERT_TRUE(board.ice);
  EXPECT_EQ(board.ice->own_ufrag, said.ufrag);
  EXPECT_TRUE(base::equal_constant_time(board.ice->own_password.view(), said.password.view()));
  EXPECT_EQ(board.ice->peer_ufrag, "Oyef");
  EXPECT_TRUE(board.rtcp_mux);
  EXPECT_TRUE(board.dtls);
  EXPECT_FALSE(board.remote_rtp.is_set());
  EXPECT_TRUE(leg.uses_ice());
}

TEST_F(IceOfferAnswer, DoesNotTakeTheNullAddressOfABrowserForHold) {
  const auto audio = take(browser.offer());
  ASSERT_TRUE(audio);
  EXPECT_EQ(audio->direction, sip::Direction::sendrecv);
  leg.make_answer(default_audio());
  EXPECT_EQ(leg.board_leg().direction, media::Direction::send_receive);
  // Without ICE it is that of RFC 2543.
  const auto held = take(without(without(browser.offer(), "a=ice-ufrag"), "a=ice-pwd"));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->direction, sip::Direction::sendonly);
}

TEST_F(IceOfferAnswer, EachLegHasCredentialsOfItsOwn) {
  const auto first = credentials_of(answer_to(browser.offer()));
  PartyMedia other{{"192.0.2.1", 20002, kCertificate}, {}};
  ASSERT_TRUE(other.take_offer(parsed(browser.offer()), decided(policy::MediaSeen::dtls), policy::SrtpMode::preferred));
  const auto second = credentials_of(other.make_answer(default_audio()));
  EXPECT_NE(first.ufrag, second.ufrag);
  EXPECT_FALSE(base::equal_constant_time(first.password.view(), second.password.view()));
}

TEST_F(IceOfferAnswer, KeepsItsCredentialsUntilTheBrowserRestartsIce) {
  const auto first = credentials_of(answer_to(browser.offer()));
  const auto association = leg.board_leg().dtls;
  browser.direction = "sendonly";
  EXPECT_TRUE(credentials_of(answer_to(browser.offer())) == first);
  EXPECT_TRUE(credentials_of(offer()) == first);
  ASSERT_TRUE(leg.take_answer(parsed(browser.answer())));
  EXPECT_EQ(leg.board_leg().ice->own_ufrag, first.ufrag);
  browser.ufrag = "Rst2";
  browser.password = "another/password+of/22ch";
  const sip::Sdp answer = answer_to(browser.offer());
  const auto second = credentials_of(answer);
  EXPECT_NE(second.ufrag, first.ufrag);
  EXPECT_FALSE(base::equal_constant_time(second.password.view(), first.password.view()));
  EXPECT_EQ(leg.board_leg().ice->peer_ufrag, "Rst2");
  // RFC 8842: another way, and the same association over it.
  EXPECT_EQ(leg.board_leg().dtls, association);
  EXPECT_EQ(answer.media[0].attribute("setup"), "passive");
}

TEST_F(IceOfferAnswer, RefusesCredentialsThatAreNone) {
  EXPECT_EQ(refusal_of(without(browser.offer(), "a=ice-pwd")), "call.ice-credentials");
  EXPECT_EQ(refusal_of(without(browser.offer(), "a=ice-ufrag")), "call.ice-credentials");
  browser.password = "short";
  EXPECT_EQ(refusal_of(browser.offer()), "call.ice-credentials");
  EXPECT_FALSE(leg.encrypted());
}

TEST_F(IceOfferAnswer, AnswersWithoutIceWhereItWouldNeedASecondPort) {
  const auto answer = answer_to(without(browser.offer(), "a=rtcp-mux\r\n"));
  EXPECT_FALSE(answer.session.has_attribute("ice-lite"));
  EXPECT_FALSE(answer.media[0].has_attribute("ice-ufrag"));
  EXPECT_EQ(answer.media[0].attribute("setup"), "active");
  EXPECT_FALSE(leg.uses_ice());
}

TEST_F(IceOfferAnswer, AnswersAPhoneOfSdesWithoutIce) {
  const auto answer = answer_to(
      description("RTP/SAVP", 4000,
                  {crypto(1, aes128, 'a'), "a=rtcp-mux", "a=ice-ufrag:8hhY", "a=ice-pwd:asd88fgpdd777uzjYhagZg",
                   "a=candidate:1 1 UDP 2130706431 198.51.100.9 4000 typ host"}));
  EXPECT_FALSE(answer.session.has_attribute("ice-lite"));
  EXPECT_FALSE(answer.media[0].has_attribute("ice-ufrag"));
  EXPECT_FALSE(leg.board_leg().ice);
  EXPECT_EQ(leg.board_leg().remote_rtp, *base::Endpoint::parse("198.51.100.9", 4000));
}

TEST_F(IceOfferAnswer, NamesRefusedLinesAndBundlesOnlyWhatItTakes) {
  browser.lines_behind = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=rtcp-mux\r\n";
  const sip::Sdp answer = answer_to(browser.offer("0 1"));
  ASSERT_EQ(answer.media.size(), 2u);
  EXPECT_EQ(answer.session.attribute("group"), "BUNDLE 0");
  EXPECT_EQ(answer.media[1].port, 0);
  EXPECT_EQ(sip::mid_of(answer.media[1]), "1");
  const sip::Sdp ours = offer();
  ASSERT_EQ(ours.media.size(), 2u);
  EXPECT_EQ(ours.session.attribute("group"), "BUNDLE 0");
  EXPECT_EQ(sip::mid_of(ours.media[0]), "0");
  EXPECT_EQ(sip::mid_of(ours.media[1]), "1");
  EXPECT_EQ(ours.media[1].port, 0);
}

TEST_F(IceOfferAnswer, StandsAloneWhereAnotherLineIsTheFirstOfTheGroup) {
  const sip::Sdp answer = answer_to(browser.offer("1 0"));
  EXPECT_FALSE(answer.session.has_attribute("group"));
  EXPECT_EQ(sip::mid_of(answer.media[0]), "0");
  EXPECT_FALSE(offer().session.has_attribute("group"));
}

TEST_F(IceOfferAnswer, OffersABrowserTheOneFormItTakes) {
  const sip::Sdp ours = offer();
  const auto& line = ours.media.at(0);
  EXPECT_EQ(line.proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(line.attribute("setup"), "actpass");
  EXPECT_TRUE(line.rtcp_mux());
  EXPECT_FALSE(line.has_attribute("crypto"));
  EXPECT_EQ(sip::mid_of(line), "0");
  EXPECT_EQ(ours.session.attribute("group"), "BUNDLE 0");
  EXPECT_TRUE(ours.session.has_attribute("ice-lite"));
  EXPECT_EQ(line.attribute("candidate"), "1 1 UDP 2130706431 192.0.2.1 20000 typ host");
  ASSERT_TRUE(leg.take_answer(parsed(browser.answer())));
  const auto board = leg.board_leg();
  ASSERT_TRUE(board.ice && board.dtls);
  EXPECT_EQ(board.ice->own_ufrag, credentials_of(ours).ufrag);
  EXPECT_EQ(board.ice->peer_ufrag, "Oyef");
  EXPECT_EQ(board.dtls->role, media::DtlsRole::passive);
  EXPECT_EQ(leg.remote_audio().direction, sip::Direction::sendrecv);
}

TEST_F(IceOfferAnswer, OffersInTheDialogKeepFormNamesAndCredentials) {
  const auto first = credentials_of(offer());
  ASSERT_TRUE(leg.take_answer(parsed(browser.answer())));
  EXPECT_EQ(leg.form_in_dialog(policy::MediaForm::savp), policy::MediaForm::webrtc);
  const sip::Sdp again = offer();
  EXPECT_TRUE(credentials_of(again) == first);
  EXPECT_EQ(again.media.at(0).proto, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(sip::mid_of(again.media[0]), "0");
  EXPECT_EQ(again.session.attribute("group"), "BUNDLE 0");
  EXPECT_TRUE(again.session.has_attribute("ice-lite"));
}

TEST_F(IceOfferAnswer, TakesNoAnswerThatABrowserDoesNotGive) {
  EXPECT_EQ(answer_refusal(without(without(browser.answer(), "a=ice-ufrag"), "a=ice-pwd")), "call.ice-missing");
  EXPECT_EQ(answer_refusal(without(browser.answer(), "a=ice-pwd")), "call.ice-credentials");
  EXPECT_EQ(answer_refusal(without(browser.answer(), "a=rtcp-mux\r\n")), "call.ice-rtcp-mux");
  EXPECT_EQ(answer_refusal(without(browser.answer(), "a=fingerprint")), "call.answer-without-crypto");
  EXPECT_EQ(answer_refusal(description("RTP/AVP", 5000)), "call.answer-form");
  EXPECT_EQ(answer_refusal(savp(5000, 'a')), "call.answer-form");
  EXPECT_FALSE(leg.encrypted());
  EXPECT_FALSE(leg.uses_ice());
}

TEST_F(IceOfferAnswer, WhatWasAgreedStaysWhereAnAnswerIsRefused) {
  answer_to(browser.offer());
  const auto ice = leg.board_leg().ice->clone();
  const auto dtls = leg.board_leg().dtls;
  browser.certificate = 0x22;
  EXPECT_EQ(answer_refusal(without(browser.answer(), "a=ice-pwd")), "call.ice-credentials");
  EXPECT_EQ(leg.board_leg().ice->own_ufrag, ice.own_ufrag);
  EXPECT_EQ(leg.board_leg().dtls, dtls);
}

TEST_F(IceOfferAnswer, SurvivesAnAnswerOfMoreLinesThanItOffered) {
  offer();
  std::string more = browser.answer();
  more.insert(more.find("m=audio"), "m=video 0 RTP/AVP 31\r\nm=video 0 RTP/AVP 31\r\n");
  EXPECT_TRUE(leg.take_answer(parsed(more)));
}

TEST_F(IceOfferAnswer, AnEndThatMovesRestartsIceAndShowsAnotherFingerprintOfItsCertificate) {
  const auto before = answer_to(browser.offer());
  const auto association = leg.board_leg().dtls->association;
  const std::string first(before.media[0].attribute("fingerprint").value_or(""));
  EXPECT_TRUE(first.starts_with("sha-256 ")) << first;
  leg.move_to({"192.0.2.1", 20010, kCertificate});
  EXPECT_FALSE(leg.uses_ice());
  for (int time = 0; time < 2; ++time) {
    const sip::Sdp ours = offer();
    EXPECT_NE(credentials_of(ours).ufrag, credentials_of(before).ufrag);
    EXPECT_EQ(ours.media[0].attribute("candidate"), "1 1 UDP 2130706431 192.0.2.1 20010 typ host");
    // What Chromium knows a new association by; it has no tls-id.
    EXPECT_TRUE(ours.media[0].attribute("fingerprint").value_or("").starts_with("sha-384 "));
    EXPECT_EQ(ours.media[0].attribute("setup"), "actpass");
    if (time == 1) break;
    // Nobody has heard of it when it moves again.
    leg.drop_offer();
    leg.move_to({"192.0.2.1", 20010, kCertificate});
  }
  browser.ufrag = "Mvd2";
  ASSERT_TRUE(leg.take_answer(parsed(browser.answer())));
  EXPECT_EQ(leg.board_leg().ice->peer_ufrag, "Mvd2");
  EXPECT_NE(leg.board_leg().dtls->association, association);
  leg.move_to({"192.0.2.1", 20020, kCertificate});
  EXPECT_TRUE(offer().media[0].attribute("fingerprint").value_or("").starts_with("sha-256 "));
}

TEST_F(IceOfferAnswer, NamesTheEventsOfPhonesBeforeThoseOfTheBrowsersClock) {
  const auto audio = take(browser.offer());
  ASSERT_TRUE(audio);
  EXPECT_EQ(audio->formats, (std::vector<std::string>{"111", "63", "9", "0", "8", "13", "126", "110"}));
  for (const auto& [name, value] : audio->attributes) {
    EXPECT_TRUE(name == "rtpmap" || name == "fmtp") << name;
  }
}

}  // namespace
}  // namespace cadenas::pbx::test
