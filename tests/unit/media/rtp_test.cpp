#include "media/rtp.hpp"

#include <gtest/gtest.h>

#include "media/rtcp.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

base::Bytes hex(std::string_view text) {
  return base::from_hex(text).value();
}

TEST(Rtp, ReadsHeaderCsrcsExtensionAndPadding) {
  const base::Bytes packet =
      hex("b28900070000000a11223344"  // version 2, padding, extension, two CSRCs, marker, type 9
          "0000000100000002"
          "bede000101020304"
          "aabbcc0003");
  const auto rtp = parse_rtp(packet);
  ASSERT_TRUE(rtp);
  EXPECT_TRUE(rtp->header.marker);
  EXPECT_EQ(rtp->header.payload_type, 9);
  EXPECT_EQ(rtp->header.sequence, 7);
  EXPECT_EQ(rtp->header.timestamp, 10u);
  EXPECT_EQ(rtp->header.ssrc, 0x11223344u);
  EXPECT_EQ(rtp->header.octets, 28u);
  EXPECT_EQ(rtp->csrc(1), 2u);
  EXPECT_EQ(base::to_hex(rtp->extension), "bede000101020304");
  EXPECT_EQ(base::to_hex(rtp->payload), "aabb");
}

TEST(Rtp, RefusesWhatReachesBeyondThePacket) {
  EXPECT_FALSE(parse_rtp(hex("8000000100000001000000")));                    // 11 octets
  EXPECT_FALSE(parse_rtp(hex("400000010000000100000001")));                  // version 1
  EXPECT_FALSE(parse_rtp(hex("810000010000000100000001")));                  // a CSRC that is not there
  EXPECT_FALSE(parse_rtp(hex("900000010000000100000001bede")));              // half an extension header
  EXPECT_FALSE(parse_rtp(hex("900000010000000100000001bede000200000000")));  // extension too long
  EXPECT_FALSE(parse_rtp(hex("a00000010000000100000001")));                  // padding without a payload
  EXPECT_FALSE(parse_rtp(hex("a00000010000000100000001aa00")));              // padding of 0
  EXPECT_FALSE(parse_rtp(hex("a00000010000000100000001aa03")));              // padding before the payload
  EXPECT_TRUE(parse_rtp(hex("a00000010000000100000001aa02")));
  EXPECT_TRUE(parse_rtp(hex("800000010000000100000001")));
}

TEST(Rtcp, ChecksEveryPacketOfACompound) {
  const base::Bytes report = test::receiver_report(5);
  EXPECT_TRUE(is_rtcp_compound(report));
  base::Bytes compound = report;
  const base::Bytes bye = hex("81cb000100000005");
  compound.insert(compound.end(), bye.begin(), bye.end());
  EXPECT_TRUE(is_rtcp_compound(compound));
  compound[32] = 0x41;
  EXPECT_FALSE(is_rtcp_compound(compound));
  compound[32] = 0x81;
  compound[35] = 2;
  EXPECT_FALSE(is_rtcp_compound(compound));
}

TEST(Rtcp, AllowsPaddingOnlyAtTheEndAndInside) {
  EXPECT_TRUE(is_rtcp_compound(hex("a1cb00020000000500000004")));
  EXPECT_FALSE(is_rtcp_compound(hex("a1cb00020000000500000000")));
  EXPECT_FALSE(is_rtcp_compound(hex("a1cb0002000000050000000c")));
  EXPECT_FALSE(is_rtcp_compound(hex("a1cb0002000000050000000481cb000100000005")));
}

TEST(Rtcp, IsToldFromRtpByItsTypeAsRfc5761Says) {
  EXPECT_TRUE(is_rtcp(test::receiver_report(1)));
  EXPECT_FALSE(is_rtcp(test::rtp_packet(1, 1)));
  base::Bytes marked = test::rtp_packet(1, 1, 160, 8);
  marked[1] |= 0x80;
  EXPECT_FALSE(is_rtcp(marked));
}

}  // namespace
}  // namespace cadenas::media
