// RFC 4568: the a=crypto attribute.
#include "sip/sdp_crypto.hpp"

#include <gtest/gtest.h>

#include "sip/sdp.hpp"

namespace cadenas::sip {
namespace {

constexpr std::string_view key30 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";

std::string code_of(const std::string& value) {
  const auto crypto = CryptoAttribute::parse(value);
  if (crypto) return "";
  EXPECT_EQ(crypto.error().message.find("AAEC"), std::string::npos) << "an error never quotes a key";
  return crypto.error().code;
}

TEST(SdpCrypto, ReadsKeyLifetimeAndMki) {
  const auto c = CryptoAttribute::parse("1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(key30) +
                                        "|2^20|1:4;INLINE:" + std::string(key30) + "|1000 UNENCRYPTED_SRTCP KDR=4");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->tag, 1U);
  EXPECT_EQ(c->suite_name, "AES_CM_128_HMAC_SHA1_80");
  ASSERT_EQ(c->keys.size(), 2U);
  EXPECT_EQ(c->keys[0].key_salt.size(), 30U);
  EXPECT_EQ(c->keys[0].lifetime, 1U << 20);
  EXPECT_EQ(c->keys[0].mki, 1U);
  EXPECT_EQ(c->keys[0].mki_octets, 4);
  EXPECT_EQ(c->keys[1].lifetime, 1000U);
  EXPECT_EQ(c->keys[1].mki, std::nullopt);
  EXPECT_EQ(c->session_params, (std::vector<std::string>{"UNENCRYPTED_SRTCP", "KDR=4"}));
  EXPECT_EQ(CryptoAttribute::parse(c->to_string())->to_string(), c->to_string());
}

TEST(SdpCrypto, MkiMayStandWithoutLifetime) {
  const auto c = CryptoAttribute::parse("9 X inline:AAAA|66:128");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->keys[0].lifetime, std::nullopt);
  EXPECT_EQ(c->keys[0].mki_octets, 128);
}

TEST(SdpCrypto, PaddingMayBeLeftOutAndIsWritten) {
  for (const char* key : {"AQIDBA==", "AQIDBA"}) {
    const auto c = CryptoAttribute::parse(std::string("1 X inline:") + key);
    ASSERT_TRUE(c) << key;
    EXPECT_EQ(c->to_string(), "1 X inline:AQIDBA==");
  }
}

TEST(SdpCrypto, RefusesMalformedOnes) {
  for (const char* value : {"", "1", "1 X", "x X inline:AAAA", "0000000001 X inline:AAAA", "-1 X inline:AAAA",
                            "1 X inline:", "1 X inline:A!AA", "1 X other:AAAA", "1 X inline:AAAA|", "1 X inline:AAAA|0",
                            "1 X inline:AAAA|2^64", "1 X inline:AAAA|99999999999999999999999", "1 X inline:AAAA|1:0",
                            "1 X inline:AAAA|1:129", "1 X inline:AAAA|256:1", "1 X inline:AAAA|2^20|1",
                            "1 X inline:AAAA;", "1 X/Y inline:AAAA"})
    EXPECT_EQ(code_of(value), "sdp.crypto") << value;
}

TEST(SdpCrypto, MalformedOnesOfAnOfferAreCountedNotAccepted) {
  const auto sdp = Sdp::parse(
      "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4 RTP/SAVP 0\r\na=crypto:1 A inline:AAAA\r\n"
      "a=crypto:2 B inline:!\r\na=crypto:3 C inline:BBBB\r\n");
  ASSERT_TRUE(sdp);
  std::size_t malformed = 0;
  const auto cryptos = sdp->media[0].cryptos(&malformed);
  ASSERT_EQ(cryptos.size(), 2U);
  EXPECT_EQ(cryptos[1].suite_name, "C");
  EXPECT_EQ(malformed, 1U);
}

TEST(SdpCrypto, AddedOneIsWrittenIntoTheSection) {
  auto sdp = Sdp::create("h.example", 1, 1);
  SdpMedia& audio = sdp.media.emplace_back();
  audio.media = "audio";
  audio.proto = "RTP/SAVP";
  audio.formats = {"0"};
  audio.add_crypto(*CryptoAttribute::parse("2 AES_CM_128_HMAC_SHA1_32 inline:" + std::string(key30)));
  EXPECT_TRUE(audio.lines[0].is_secret());
  EXPECT_NE(sdp.to_string().find(
                "m=audio 0 RTP/SAVP 0\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" + std::string(key30) + "\r\n"),
            std::string::npos);
}

}  // namespace
}  // namespace cadenas::sip
