#include "sip/sdp.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

const std::string offer =
    "v=0\r\no=- 42 7 IN IP4 192.0.2.1\r\ns=call\r\nc=IN IP4 192.0.2.1\r\nb=AS:84\r\nt=0 0\r\na=sendonly\r\n"
    "a=x-unknown:kept\r\n"
    "m=audio 4000 RTP/SAVP 0 8 101\r\ni=title\r\nb=TIAS:64000\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:30\r\na=rtcp:4010 IN IP4 192.0.2.1\r\n"
    "m=video 0/2 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\na=inactive\r\n";

Sdp parsed(const std::string& text) {
  auto sdp = Sdp::parse(text);
  EXPECT_TRUE(sdp) << sdp.error().message;
  return sdp ? std::move(*sdp) : Sdp{};
}
std::string code(const std::string& text) {
  const auto sdp = Sdp::parse(text);
  return sdp ? "" : sdp.error().code;
}
std::string with_media(const std::string& line) {
  return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" + line + "\r\n";
}

TEST(Sdp, KeepsEverythingInOrder) {
  EXPECT_EQ(parsed(offer).to_string(), offer);
  EXPECT_EQ(parsed(offer).clone().to_string(), offer);
}

TEST(Sdp, AnswersWhatCallsAskOfIt) {
  const Sdp sdp = parsed(offer);
  const SdpMedia& audio = sdp.media.at(0);
  const SdpMedia& video = sdp.media.at(1);
  EXPECT_EQ(sdp.address_of(audio), "192.0.2.1");
  EXPECT_EQ(sdp.address_of(video), "2001:db8::1");
  EXPECT_EQ(sdp.direction_of(audio), Direction::sendonly);
  EXPECT_EQ(sdp.direction_of(video), Direction::inactive);
  EXPECT_EQ(mirrored(Direction::sendonly), Direction::recvonly);
  EXPECT_TRUE(audio.is_secure());
  EXPECT_EQ(audio.rtcp_port(), 4010);
  EXPECT_EQ(audio.ptime(), 30U);
  EXPECT_EQ(audio.rtpmap(0)->encoding, "PCMU");
  EXPECT_EQ(audio.rtpmap(101)->encoding, "telephone-event");
  EXPECT_FALSE(audio.rtpmap(102));
  EXPECT_EQ(audio.fmtp(101), "0-15");
  EXPECT_EQ(video.port_count, 2U);
  EXPECT_EQ(sdp.first("video"), nullptr) << "port 0: refused";
  EXPECT_EQ(sdp.version(), 7U);
}

TEST(Sdp, EditsInPlace) {
  Sdp sdp = parsed(offer);
  SdpMedia& audio = *sdp.first("audio");
  audio.remove_format(101);
  audio.remove_cryptos();
  audio.set_direction(Direction::recvonly);
  audio.set_address("2001:db8::5");
  audio.proto = "RTP/AVP";
  audio.port = 5000;
  sdp.session.set_attribute("x-unknown");
  sdp.media.pop_back();
  sdp.set_origin("192.0.2.9", 1, 2);
  EXPECT_EQ(sdp.to_string(),
            "v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=call\r\nc=IN IP4 192.0.2.1\r\nb=AS:84\r\nt=0 0\r\na=sendonly\r\n"
            "a=x-unknown\r\n"
            "m=audio 5000 RTP/AVP 0 8\r\ni=title\r\nc=IN IP6 2001:db8::5\r\nb=TIAS:64000\r\na=ptime:30\r\n"
            "a=rtcp:4010 IN IP4 192.0.2.1\r\na=recvonly\r\n");
}

TEST(Sdp, CreatesAWellFormedDescription) {
  EXPECT_EQ(Sdp::create("::1", 5, 6).to_string(), "v=0\r\no=- 5 6 IN IP6 ::1\r\ns=-\r\nc=IN IP6 ::1\r\nt=0 0\r\n");
  EXPECT_TRUE(Sdp::parse(Sdp::create("10.0.0.1", 5, 6).to_string()));
}

TEST(Sdp, PutsUpWithBareLineFeedsAndAnEmptyLineAtTheEnd) {
  EXPECT_EQ(parsed("v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\n\n").to_string(), "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n");
}

TEST(Sdp, RefusesMediaLinesThatMakeOthersFall) {
  for (const char* line :
       {"m=audio 4 udp", "m=audio 4 udp ", "m=audio 65536 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=audio",
        "m=", "m=audio 99999999999999999999 RTP/AVP 0", "m=audio 4/0 RTP/AVP 0", "m=audio 4/99999999999 RTP/AVP 0"})
    EXPECT_EQ(code(with_media(line)), "sdp.media") << line;
  EXPECT_EQ(parsed(with_media("m=audio 4 udp :")).media.at(0).formats, std::vector<std::string>{":"});
}

TEST(Sdp, RefusesBrokenLines) {
  EXPECT_EQ(code(""), "sdp.version");
  EXPECT_EQ(code("v=1\r\n"), "sdp.version");
  EXPECT_EQ(code("o=- 1 1 IN IP4 h\r\nv=0\r\n"), "sdp.version");
  EXPECT_EQ(code("v=0\r\ns=-\r\n"), "sdp.origin");
  EXPECT_EQ(code("v=0\r\no=- 1 IN IP4 h\r\n"), "sdp.origin");
  EXPECT_EQ(code(with_media("x")), "sdp.line");
  EXPECT_EQ(code(with_media("a=a\rb")), "sdp.line");
  EXPECT_EQ(code(with_media("\r\na=late")), "sdp.line");
}

TEST(Sdp, HoldsToItsLimits) {
  std::string formats;
  for (int i = 0; i < 129; ++i) formats += " 0";
  EXPECT_EQ(code(with_media("m=audio 4 RTP/AVP" + formats)), "sdp.too-large");
  std::string media;
  for (int i = 0; i < 33; ++i) media += "m=audio 4 RTP/AVP 0\r\n";
  EXPECT_EQ(code(with_media(media)), "sdp.too-large");
  std::string lines;
  for (int i = 0; i < 1100; ++i) lines += "a=x\r\n";
  EXPECT_EQ(code(with_media(lines)), "sdp.too-large");
}

TEST(Sdp, NumbersInAttributesAreBounded) {
  const Sdp sdp =
      parsed(with_media("m=audio 65535 RTP/AVP 96\r\na=rtpmap:96 x/99999999999\r\na=ptime:0\r\na=rtcp:70000"));
  EXPECT_FALSE(sdp.media[0].rtpmap(96));
  EXPECT_EQ(sdp.media[0].ptime(), std::nullopt);
  EXPECT_EQ(sdp.media[0].rtcp_port(), 0) << "there is no port behind 65535";
}

TEST(Sdp, KnowsTheOldHoldAddress) {
  Sdp sdp = parsed(offer);
  EXPECT_FALSE(sdp.has_null_address(sdp.media[0]));
  sdp.media[0].set_address("0.0.0.0");
  EXPECT_TRUE(sdp.has_null_address(sdp.media[0]));
}

TEST(Sdp, KeyLinesAreHeldAsSecrets) {
  const Sdp sdp =
      parsed(with_media("m=audio 4 RTP/SAVP 0\r\nk=base64:abc\r\na=crypto:1 X inline:AAAA\r\na=key-mgmt:mikey A"));
  for (const SdpLine& l : sdp.media[0].lines) EXPECT_TRUE(l.is_secret());
}

}  // namespace
}  // namespace cadenas::sip
