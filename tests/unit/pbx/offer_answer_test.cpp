// Offer and answer of one leg with its keys, without SIP around it (RFC 3264, RFC 4568, DOMAIN §3).

#include <gtest/gtest.h>

#include "agreement_terms.hpp"
#include "call_harness.hpp"
#include "pbx/party_media.hpp"

namespace cadenas::pbx::test {
namespace {

const SdesSuites suites{.offered = {media::Suite::aes_256_cm_hmac_sha1_80, media::Suite::aes_cm_128_hmac_sha1_80}};
const std::string aes128 = "AES_CM_128_HMAC_SHA1_80";

policy::Decision allowed(policy::MediaSeen seen = policy::MediaSeen::savp_with_crypto) {
  return decided(seen);
}

PartyMedia party() {
  return PartyMedia({"192.0.2.1", 20000}, suites);
}

TEST(OfferAnswer, RefusesSessionParametersThatTakeProtectionAway) {
  for (const char* parameter : {"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP", "KDR=4"}) {
    auto leg = party();
    const auto audio = leg.take_offer(parsed(description("RTP/SAVP", 4000, {crypto(1, aes128, 'a') + " " + parameter})),
                                      allowed(), policy::SrtpMode::preferred);
    ASSERT_FALSE(audio.has_value()) << parameter;
    EXPECT_EQ(audio.error().code, "call.offer-crypto");
  }
}

TEST(OfferAnswer, AcceptsALifetimeAndSendsNone) {
  auto leg = party();
  ASSERT_TRUE(leg.take_offer(parsed(description("RTP/SAVP", 4000, {crypto(7, aes128, 'a') + "|2^20"})), allowed(),
                             policy::SrtpMode::preferred));
  const auto answer = leg.make_answer(default_audio());
  ASSERT_EQ(answer.media[0].cryptos().size(), 1U);
  EXPECT_EQ(answer.media[0].cryptos()[0].tag, 7U);
  EXPECT_EQ(answer.to_string().find("2^"), std::string::npos);
}

TEST(OfferAnswer, AcceptsAnMkiAndSendsNone) {  // RFC 4568 §6.1
  auto leg = party();
  ASSERT_TRUE(leg.take_offer(parsed(description("RTP/SAVP", 4000, {crypto(7, aes128, 'a') + "|2^20|258:4"})), allowed(),
                             policy::SrtpMode::preferred));
  const auto answer = leg.make_answer(default_audio());
  ASSERT_EQ(answer.media[0].cryptos().size(), 1U);
  EXPECT_FALSE(answer.media[0].cryptos()[0].keys.at(0).mki);
  const auto board = leg.board_leg();
  EXPECT_EQ(base::to_hex(board.receive->mki), "00000102");
  EXPECT_TRUE(board.send->mki.empty());
  leg.make_offer(default_audio(), policy::MediaForm::savp);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/SAVP", 4000, {crypto(1, aes128, 'a') + "|1:128"}))));
  EXPECT_EQ(base::to_hex(leg.board_leg().receive->mki), std::string(254, '0') + "01");
}

TEST(OfferAnswer, PassesOverALineOfSeveralKeys) {
  auto leg = party();
  const std::string key = base::to_base64(base::Bytes(30, 1));
  ASSERT_TRUE(leg.take_offer(parsed(description("RTP/SAVP", 4000,
                                                {"a=crypto:1 " + aes128 + " inline:" + key +
                                                     "|1:1;inline:" + base::to_base64(base::Bytes(30, 2)) + "|2:1",
                                                 crypto(2, aes128, 'c')})),
                             allowed(), policy::SrtpMode::preferred));
  EXPECT_EQ(leg.make_answer(default_audio()).media[0].cryptos().at(0).tag, 2U);
}

TEST(OfferAnswer, TakesAFreshKeyAfterAClearSpell) {  // the board forgot the counters of the one before: RFC 3711 §9.1
  auto leg = party();
  const auto key = [&] { return base::to_hex(leg.board_leg().send->keying.view()); };
  const auto answer = [&](const std::string& proto, const std::vector<std::string>& keys, policy::MediaSeen seen) {
    ASSERT_TRUE(leg.take_offer(parsed(description(proto, 4000, keys)), allowed(seen), policy::SrtpMode::preferred));
    leg.make_answer(default_audio());
  };
  answer("RTP/SAVP", {crypto(1, aes128, 'a')}, policy::MediaSeen::savp_with_crypto);
  const std::string first = key();
  answer("RTP/AVP", {}, policy::MediaSeen::avp_plain);
  ASSERT_FALSE(leg.board_leg().send);
  answer("RTP/SAVP", {crypto(1, aes128, 'a')}, policy::MediaSeen::savp_with_crypto);
  const std::string second = key();
  EXPECT_NE(second, first);
  leg.make_offer(default_audio(), policy::MediaForm::avp_plain);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/AVP", 4000))));
  ASSERT_FALSE(leg.board_leg().send);
  answer("RTP/SAVP", {crypto(1, aes128, 'a')}, policy::MediaSeen::savp_with_crypto);
  EXPECT_NE(key(), second);
}

TEST(OfferAnswer, TakesTheFirstKeyItCanUseInTheOfferersOrder) {
  auto leg = party();
  ASSERT_TRUE(
      leg.take_offer(parsed(description("RTP/SAVP", 4000,
                                        {"a=crypto:1 F8_128_HMAC_SHA1_80 inline:" + base::to_base64(base::Bytes(30, 1)),
                                         crypto(2, aes128, 'a'), crypto(3, "AES_256_CM_HMAC_SHA1_80", 'a')})),
                     allowed(), policy::SrtpMode::preferred));
  const auto answer = leg.make_answer(default_audio());
  EXPECT_EQ(answer.media[0].cryptos().at(0).tag, 2U);
}

TEST(OfferAnswer, TakesGcmFromWhoOffersItAndOffersItOnlyWhereChosen) {  // RFC 7714 §14.1
  for (const media::Suite suite : {media::Suite::aead_aes_128_gcm, media::Suite::aead_aes_256_gcm}) {
    const std::string name(media::facts(suite).sdp_name);
    auto leg = party();
    ASSERT_TRUE(leg.take_offer(parsed(description("RTP/SAVP", 4000, {crypto(3, name, 'a'), crypto(4, aes128, 'a')})),
                               allowed(), policy::SrtpMode::preferred));
    const auto answer = leg.make_answer(default_audio());
    ASSERT_EQ(answer.media[0].cryptos().size(), 1U);
    EXPECT_EQ(answer.media[0].cryptos()[0].suite_name, name);
    EXPECT_EQ(answer.media[0].cryptos()[0].keys.at(0).key_salt.size(), media::facts(suite).keying());
    EXPECT_EQ(leg.suite(), suite);
    EXPECT_EQ(leg.board_leg().receive->suite, suite);
    EXPECT_EQ(party().make_offer(default_audio(), policy::MediaForm::savp).to_string().find("GCM"), std::string::npos);

    PartyMedia first({"192.0.2.1", 20000}, {.offered = {suite, media::Suite::aes_cm_128_hmac_sha1_80}});
    const auto offer = first.make_offer(default_audio(), policy::MediaForm::savp);
    EXPECT_EQ(offer.media[0].cryptos().at(0).suite_name, name);
    ASSERT_TRUE(first.take_answer(parsed(description("RTP/SAVP", 5000, {crypto(1, name, 'b')}))));
    EXPECT_EQ(first.suite(), suite);
  }
}

TEST(OfferAnswer, RefusesAKeyOfAnotherLengthAndParametersWithGcmToo) {
  const std::string of_cm = "a=crypto:1 AEAD_AES_128_GCM inline:" + base::to_base64(base::Bytes(30, 1));
  for (const std::string& line : {of_cm, crypto(1, "AEAD_AES_256_GCM", 'a') + " UNENCRYPTED_SRTCP"}) {
    auto leg = party();
    const auto audio =
        leg.take_offer(parsed(description("RTP/SAVP", 4000, {line})), allowed(), policy::SrtpMode::preferred);
    ASSERT_FALSE(audio.has_value()) << line;
    EXPECT_EQ(audio.error().code, "call.offer-crypto");
  }
}

TEST(OfferAnswer, AcceptsNoSuiteThatIsNotAmongThoseAccepted) {
  PartyMedia leg({"192.0.2.1", 20000}, {.offered = {media::Suite::aes_256_cm_hmac_sha1_80},
                                        .accepted = {media::Suite::aes_256_cm_hmac_sha1_80}});
  ASSERT_FALSE(leg.take_offer(parsed(description("RTP/SAVP", 4000, {crypto(1, aes128, 'a')})), allowed(),
                              policy::SrtpMode::preferred));
  ASSERT_TRUE(leg.take_offer(
      parsed(description("RTP/SAVP", 4000, {crypto(1, aes128, 'a'), crypto(2, "AES_256_CM_HMAC_SHA1_80", 'a')})),
      allowed(), policy::SrtpMode::preferred));
  EXPECT_EQ(leg.make_answer(default_audio()).media[0].cryptos().at(0).tag, 2U);
}

TEST(OfferAnswer, RefusesAnswersThatChooseNothingThatWasOffered) {
  for (const auto& keys : std::vector<std::vector<std::string>>{
           {crypto(9, aes128, 'b')},                                             // unknown tag
           {crypto(1, aes128, 'b')},                                             // tag 1 is the other suite
           {crypto(1, "AES_256_CM_HMAC_SHA1_80", 'b'), crypto(2, aes128, 'b')},  // two
           {crypto(2, aes128, 'b') + " UNENCRYPTED_SRTP"}}) {
    auto leg = party();
    leg.make_offer(default_audio(), policy::MediaForm::savp);
    const auto audio = leg.take_answer(parsed(description("RTP/SAVP", 5000, keys)));
    ASSERT_FALSE(audio.has_value());
    EXPECT_EQ(audio.error().code, "call.answer-crypto");
    EXPECT_FALSE(leg.encrypted());
  }
}

TEST(OfferAnswer, AcceptsSavpInAnswerToOsrtp) {  // Microsoft's way, DOMAIN §3.1
  auto leg = party();
  leg.make_offer(default_audio(), policy::MediaForm::avp_crypto);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/SAVP", 5000, {crypto(2, aes128, 'b')}))));
  EXPECT_EQ(leg.suite(), media::Suite::aes_cm_128_hmac_sha1_80);
}

TEST(OfferAnswer, KeepsItsKeyInALaterOfferAndRaisesTheVersion) {
  auto leg = party();
  const auto first = leg.make_offer(default_audio(), policy::MediaForm::savp);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/SAVP", 5000, {crypto(2, aes128, 'b')}))));
  const auto second = leg.make_offer(default_audio(), policy::MediaForm::savp);
  ASSERT_EQ(second.media[0].cryptos().size(), 1U);
  EXPECT_EQ(base::to_hex(second.media[0].cryptos()[0].keys[0].key_salt.view()),
            base::to_hex(first.media[0].cryptos()[1].keys[0].key_salt.view()));
  EXPECT_EQ(second.version(), first.version() + 1);
}

TEST(OfferAnswer, TakesFreshKeysInAnotherMediaSession) {
  auto leg = party();
  const auto first = leg.make_offer(default_audio(), policy::MediaForm::savp);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/SAVP", 5000, {crypto(1, "AES_256_CM_HMAC_SHA1_80", 'b')}))));
  leg.move_to({"192.0.2.1", 20100});
  const auto second = leg.make_offer(default_audio(), policy::MediaForm::savp);
  EXPECT_NE(base::to_hex(second.media[0].cryptos()[0].keys[0].key_salt.view()),
            base::to_hex(first.media[0].cryptos()[0].keys[0].key_salt.view()));
  EXPECT_EQ(second.media[0].port, 20100);
}

TEST(OfferAnswer, RefusesVideoAndKeepsItsPlace) {
  auto leg = party();
  const std::string offer = description("RTP/SAVP", 4000, {crypto(1, aes128, 'a')}) + "m=video 4002 RTP/AVP 96\r\n";
  ASSERT_TRUE(leg.take_offer(parsed(offer), allowed(), policy::SrtpMode::preferred));
  const auto answer = leg.make_answer(default_audio());
  ASSERT_EQ(answer.media.size(), 2U);
  EXPECT_EQ(answer.media[1].media, "video");
  EXPECT_EQ(answer.media[1].port, 0);
}

TEST(OfferAnswer, KeepsWhatWasAgreedWhenAnOfferIsDropped) {
  auto leg = party();
  leg.make_offer(default_audio(), policy::MediaForm::savp);
  ASSERT_TRUE(leg.take_answer(parsed(description("RTP/SAVP", 5000, {crypto(2, aes128, 'b')}))));
  AudioDescription held = default_audio();
  held.direction = sip::Direction::sendonly;
  leg.make_offer(held, policy::MediaForm::savp);
  leg.drop_offer();
  EXPECT_EQ(leg.local_audio().direction, sip::Direction::sendrecv);
  EXPECT_TRUE(leg.encrypted());
  EXPECT_EQ(leg.board_leg().direction, media::Direction::send_receive);
}

}  // namespace
}  // namespace cadenas::pbx::test
