#include "rtpengine/session_commands.hpp"

#include <gtest/gtest.h>

#include "sip/sdp.hpp"

namespace cadenas::rtpengine {
namespace {

using media::LegMedia;
using media::Suite;

const SessionNaming naming{"call"};

media::SrtpParams key(std::uint8_t octet, Suite suite = Suite::aes_cm_128_hmac_sha1_80) {
  return {suite, base::SecretBytes(base::Bytes(media::facts(suite).keying(), octet))};
}

LegMedia leg(std::uint16_t port) {
  LegMedia out;
  out.remote_rtp = *base::Endpoint::parse("192.0.2.1", port);
  return out;
}

LegMedia secure_leg(std::uint16_t port, std::uint8_t from_phone, std::uint8_t to_phone,
                    Suite suite = Suite::aes_cm_128_hmac_sha1_80) {
  LegMedia out = leg(port);
  out.receive = key(from_phone, suite);
  out.send = key(to_phone, suite);
  out.srtp_only = true;
  return out;
}

std::string word(const Value& command, std::string_view name) {
  const Value* value = command.find(name);
  return value && value->text() ? *value->text() : "";
}

/// "1:x 2:y", x and y the octets the keys are made of.
std::string keys(const Value& command) {
  const auto sdp = sip::Sdp::parse(word(command, "sdp"));
  std::string out;
  for (const auto& line : sdp->media.at(0).cryptos()) {
    out += (out.empty() ? "" : " ") + std::to_string(line.tag) + ":" +
           static_cast<char>(line.keys.at(0).key_salt.view()[0]);
  }
  return out;
}

std::string proto(const Value& command) {
  return sip::Sdp::parse(word(command, "sdp"))->media.at(0).proto;
}

std::string told(const Value& command) {
  return word(command, "command") + " " + word(command, "from-tag") + ">" + word(command, "to-tag") + " " +
         proto(command) + "|" + word(command, "transport-protocol") + " " + keys(command);
}

// A sends with 'A' and hears 'a'; B sends with 'B' and hears 'b'.
TEST(SessionCommands, PutOurKeyOfEachLegIntoAnOfferInTheNameOfTheOther) {
  const auto commands = describing_commands(naming, secure_leg(4000, 'A', 'a'), secure_leg(5000, 'B', 'b'));
  ASSERT_EQ(commands.size(), 4U);
  EXPECT_EQ(told(commands[0]), "offer a>b RTP/SAVP|RTP/SAVP 1:A 2:b");
  EXPECT_EQ(told(commands[1]), "answer a>b RTP/SAVP|RTP/SAVP 2:B");
  EXPECT_EQ(told(commands[2]), "offer b>a RTP/SAVP|RTP/SAVP 2:B 1:a");
  EXPECT_EQ(told(commands[3]), "answer b>a RTP/SAVP|RTP/SAVP 1:A");
}

TEST(SessionCommands, LeaveAClearLegClear) {
  const auto commands = describing_commands(naming, leg(4000), secure_leg(5000, 'B', 'b'));
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(told(commands[0]), "offer a>b RTP/SAVP|RTP/SAVP 2:b") << "keys stand in RTP/SAVP only";
  EXPECT_EQ(told(commands[1]), "answer a>b RTP/SAVP|RTP/AVP 2:B") << "and A is clear by this";
  const auto mirrored = describing_commands(naming, secure_leg(4000, 'A', 'a'), leg(5000));
  ASSERT_EQ(mirrored.size(), 2U);
  EXPECT_EQ(told(mirrored[0]), "offer b>a RTP/SAVP|RTP/SAVP 1:a");
  EXPECT_EQ(told(mirrored[1]), "answer b>a RTP/SAVP|RTP/AVP 1:A");
}

TEST(SessionCommands, NameNoKeyWhereBothLegsAreClear) {
  const auto commands = describing_commands(naming, leg(4000), leg(5000));
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(told(commands[0]), "offer a>b RTP/AVP|RTP/AVP ");
  EXPECT_EQ(told(commands[1]), "answer a>b RTP/AVP|RTP/AVP ");
}

TEST(SessionCommands, TellAddressDirectionSuiteAndMki) {
  LegMedia a = secure_leg(4000, 'A', 'a', Suite::aes_256_cm_hmac_sha1_80);
  a.receive->mki = {0, 7};
  a.direction = media::Direction::receive_only;
  const auto commands = describing_commands(naming, a, secure_leg(5000, 'B', 'b'));
  const auto sdp = sip::Sdp::parse(word(commands.back(), "sdp"));
  const sip::SdpMedia& audio = sdp->media.at(0);
  EXPECT_EQ(*sdp->address_of(audio), "192.0.2.1");
  EXPECT_EQ(audio.port, 4000);
  EXPECT_EQ(sdp->direction_of(audio), sip::Direction::sendonly) << "we only hear this phone";
  const auto cryptos = audio.cryptos();
  EXPECT_EQ(cryptos.at(0).suite_name, "AES_256_CM_HMAC_SHA1_80");
  EXPECT_EQ(cryptos.at(0).keys.at(0).mki, 7U);
  EXPECT_EQ(cryptos.at(0).keys.at(0).mki_octets, 2);
}

TEST(SessionCommands, OpenWithNobodySending) {
  const auto commands = opening_commands({"call", media::AddressFamily::ip4, media::AddressFamily::ip6});
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(word(commands[0], "address-family"), "IP6") << "the port towards B";
  EXPECT_EQ(word(commands[1], "address-family"), "IP4");
  const auto sdp = sip::Sdp::parse(word(commands[0], "sdp"));
  EXPECT_FALSE(sdp->has_null_address(sdp->media.at(0))) << "rtpengine hands a null address on in place of its own";
  EXPECT_EQ(sdp->direction_of(sdp->media.at(0)), sip::Direction::inactive);
}

TEST(SessionCommands, RefuseWhatRtpengineCannotDo) {
  LegMedia short_key = secure_leg(4000, 'A', 'a');
  short_key.send->keying = base::SecretBytes(base::Bytes(3, 1));
  EXPECT_EQ(check_describable(short_key).error().code, "media.key-length");
  LegMedia mapped = leg(4000);
  mapped.payload_types.set(101, 96);
  EXPECT_EQ(check_describable(mapped).error().code, "media.payload-types");
  EXPECT_TRUE(check_describable(leg(4000)).has_value());
}

TEST(SessionCommands, ReadNothingOutOfAnAnswerThatSaysNothing) {
  EXPECT_EQ(local_address(Value::Dictionary{{"result", "ok"}}).error().code, "rtpengine.answer");
  EXPECT_EQ(local_address(Value::Dictionary{{"sdp", "v=1"}}).error().code, "rtpengine.answer");
  EXPECT_EQ(stats_of(Value::Dictionary{{"tags", Value::Dictionary{{"a", Value{}}}}}).error().code, "rtpengine.answer");
}

}  // namespace
}  // namespace cadenas::rtpengine
