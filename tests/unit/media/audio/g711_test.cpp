#include "media/audio/g711.hpp"

// spandsp's headers do not include what they need, and so want this order.
// clang-format off
#include <inttypes.h>
#include <spandsp/telephony.h>
#include <spandsp/bit_operations.h>
#include <spandsp/g711.h>
// clang-format on

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

TEST(G711, HasTheReferenceValuesOfTheRecommendation) {
  // Ends and middles of the tables 1a to 2b of ITU-T G.711, in 16 bits.
  EXPECT_EQ(g711_decode(G711Law::a, 0xd5), 8);
  EXPECT_EQ(g711_decode(G711Law::a, 0x55), -8);
  EXPECT_EQ(g711_decode(G711Law::a, 0xaa), 32'256);
  EXPECT_EQ(g711_decode(G711Law::a, 0x2a), -32'256);
  EXPECT_EQ(g711_decode(G711Law::mu, 0xff), 0);
  EXPECT_EQ(g711_decode(G711Law::mu, 0x7f), 0);
  EXPECT_EQ(g711_decode(G711Law::mu, 0x80), 32'124);
  EXPECT_EQ(g711_decode(G711Law::mu, 0x00), -32'124);
  EXPECT_EQ(g711_encode(G711Law::a, 0), 0xd5);
  EXPECT_EQ(g711_encode(G711Law::mu, 0), 0xff);
}

TEST(G711, AgreesWithSpandspOnEverySampleAndEveryOctet) {
  for (int sample = -32'768; sample <= 32'767; ++sample) {
    const auto value = static_cast<std::int16_t>(sample);
    ASSERT_EQ(g711_encode(G711Law::a, value), linear_to_alaw(sample)) << sample;
    ASSERT_EQ(g711_encode(G711Law::mu, value), linear_to_ulaw(sample)) << sample;
  }
  for (int i = 0; i < 256; ++i) {
    const auto octet = static_cast<std::uint8_t>(i);
    ASSERT_EQ(g711_decode(G711Law::a, octet), alaw_to_linear(octet)) << i;
    ASSERT_EQ(g711_decode(G711Law::mu, octet), ulaw_to_linear(octet)) << i;
  }
}

TEST(G711, GivesBackEveryOctetThatIsDecodedAndEncodedAgain) {
  for (int i = 0; i < 256; ++i) {
    const auto octet = static_cast<std::uint8_t>(i);
    EXPECT_EQ(g711_encode(G711Law::a, g711_decode(G711Law::a, octet)), octet);
    // Minus zero of the µ-law comes back as plus zero.
    EXPECT_EQ(g711_encode(G711Law::mu, g711_decode(G711Law::mu, octet)), octet == 0x7f ? 0xff : octet);
  }
}

}  // namespace
}  // namespace cadenas::media
