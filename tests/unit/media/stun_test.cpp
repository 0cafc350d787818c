// STUN by the test vectors of RFC 5769 §2.1 to §2.3.
#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "media/stun_answer.hpp"
#include "media/stun_message.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;

constexpr std::string_view kRequest =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
    "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
constexpr std::string_view kIp4Response =
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599"
    "fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
constexpr std::string_view kIp6Response =
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5"
    "bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";

Bytes octets_of(std::string_view hex) {
  return base::from_hex(hex).value();
}
HmacSha1 vector_password() {
  return HmacSha1(base::as_bytes("VOkJxbRl1RmTxUk/WvJxBt"));
}

TEST(StunMessage, ReadsTheRequestOfTheRfc) {
  const Bytes datagram = octets_of(kRequest);
  const auto message = parse_stun(datagram);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, StunClass::request);
  EXPECT_EQ(base::to_hex(message->transaction), "b7e7a701bc34d686fa87dfae");
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_TRUE(message->is_controlled);
  EXPECT_FALSE(message->nominates);
  EXPECT_TRUE(message->unknown().empty());
  EXPECT_TRUE(is_authentic(*message, datagram, vector_password()));
  EXPECT_FALSE(is_authentic(*message, datagram, HmacSha1(base::as_bytes("VOkJxbRl1RmTxUk/WvJxBu"))));
}

TEST(StunMessage, ReadsTheResponsesOfTheRfc) {
  for (const std::string_view hex : {kIp4Response, kIp6Response}) {
    const Bytes datagram = octets_of(hex);
    const auto message = parse_stun(datagram);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, StunClass::success);
    EXPECT_TRUE(is_authentic(*message, datagram, vector_password()));
  }
}

TEST(StunMessage, IsNoneOrNotAuthenticWhereAnyBitIsAnother) {
  // A length may come to swallow all that follows, the signature too. The last eight octets are FINGERPRINT: with
  // another type they are an attribute after MESSAGE-INTEGRITY, to which nobody listens.
  const Bytes whole = octets_of(kRequest);
  for (std::size_t bit = 0; bit < 8 * (whole.size() - 8); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto message = parse_stun(damaged);
    EXPECT_FALSE(message && is_authentic(*message, damaged, vector_password())) << bit;
  }
}

TEST(StunMessage, IsNoneThatIsCutOrLonger) {
  Bytes datagram = octets_of(kRequest);
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    EXPECT_FALSE(parse_stun(base::ByteView(datagram).first(size))) << size;
  }
  datagram.resize(datagram.size() + 4);
  EXPECT_FALSE(parse_stun(datagram));
}

TEST(StunMessage, IsTakenWithoutFingerprintAndThenOnlyTheSignatureProtects) {
  Bytes datagram = octets_of(kRequest);
  datagram.resize(datagram.size() - 8);
  datagram[3] = static_cast<std::uint8_t>(datagram.size() - 20);
  ASSERT_TRUE(parse_stun(datagram));
  EXPECT_TRUE(is_authentic(*parse_stun(datagram), datagram, vector_password()));
  datagram[60] ^= 1;
  EXPECT_FALSE(parse_stun(datagram) && is_authentic(*parse_stun(datagram), datagram, vector_password()));
}

TEST(StunMessage, WithoutIntegrityIsNotAuthentic) {
  const Bytes bare = octets_of("000100002112a442000102030405060708090a0b");
  ASSERT_TRUE(parse_stun(bare));
  EXPECT_FALSE(is_authentic(*parse_stun(bare), bare, vector_password()));
}

TEST(StunMessage, IsNoneOfAnotherMethodOrCookie) {
  EXPECT_FALSE(parse_stun(octets_of("000300002112a442000102030405060708090a0b"))) << "Allocate, of TURN";
  EXPECT_FALSE(parse_stun(octets_of("020000002112a442000102030405060708090a0b")));
  EXPECT_FALSE(parse_stun(octets_of("400100002112a442000102030405060708090a0b")));
  EXPECT_FALSE(parse_stun(octets_of("000100002112a443000102030405060708090a0b"))) << "RFC 3489";
  EXPECT_EQ(parse_stun(octets_of("001100002112a442000102030405060708090a0b"))->kind, StunClass::indication);
  EXPECT_EQ(parse_stun(octets_of("011100002112a442000102030405060708090a0b"))->kind, StunClass::error);
}

TEST(StunMessage, IsNoneWithAnAttributeOfAWrongLength) {
  for (const std::string_view attribute : {"0024000800000000"
                                           "00000000",
                                           "0025000400000000", "8029000400000000",
                                           "0008001000000000"
                                           "000000000000000000000000",
                                           "8028000800000000"
                                           "00000000"}) {
    Bytes message = octets_of("000100002112a442000102030405060708090a0b");
    const Bytes value = octets_of(attribute);
    message.insert(message.end(), value.begin(), value.end());
    message[3] = static_cast<std::uint8_t>(value.size());
    EXPECT_FALSE(parse_stun(message)) << attribute;
  }
}

TEST(StunAnswer, MapsAddressesAsTheRfcDoes) {
  const auto mapped = [](std::string_view vector, const base::Endpoint& source) {
    const auto request = parse_stun(octets_of(vector)).value();
    Bytes room(StunAnswer::kLargest, 0xff);
    StunAnswer answer(room, StunClass::success, request.transaction);
    answer.add_mapped(source);
    room.resize(answer.finish());
    const auto message = parse_stun(room);
    EXPECT_TRUE(message && message->kind == StunClass::success && message->transaction == request.transaction);
    return base::to_hex(base::ByteView(room).subspan(20, room.size() - 28));
  };
  EXPECT_EQ(mapped(kIp4Response, base::Endpoint::parse("192.0.2.1", 32853).value()), kIp4Response.substr(72, 24));
  EXPECT_EQ(mapped(kIp6Response, base::Endpoint::parse("2001:db8:1234:5678:11:2233:4455:6677", 32853).value()),
            kIp6Response.substr(72, 48));
}

TEST(StunAnswer, AtItsLargestFitsAndIsAuthentic) {
  Bytes room(StunAnswer::kLargest);
  StunAnswer answer(room, StunClass::error, {});
  answer.add_mapped(base::Endpoint::parse("2001:db8::1", 1).value());
  answer.add_error(StunError::unknown_attribute);
  answer.add_unknown(std::array<std::uint16_t, StunMessage::kMostUnknown>{1, 2, 3, 4, 5, 6, 7, 8});
  answer.sign(vector_password());
  room.resize(answer.finish());
  const auto message = parse_stun(room);
  ASSERT_TRUE(message);
  EXPECT_TRUE(is_authentic(*message, room, vector_password()));
}

TEST(StunAnswer, ThatRefusesAStrangerHasTheSizeThatIsSaid) {
  Bytes room(StunAnswer::kLargest);
  StunAnswer answer(room, StunClass::error, {});
  answer.add_error(StunError::unauthenticated);
  EXPECT_EQ(answer.finish(), StunAnswer::kRefusal);
}

TEST(HmacSha1Test, HashesAKeyThatIsLongerThanABlock) {
  // RFC 2202 §3, case 6.
  const HmacSha1 key(Bytes(80, 0xaa));
  EXPECT_EQ(base::to_hex(key.sign(base::as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"), {})),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

}  // namespace
}  // namespace cadenas::media
