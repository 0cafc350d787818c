#include "base/arp.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

constexpr MacAddress own{2, 0, 0x5e, 0x10, 0, 1};
constexpr MacAddress other{2, 0, 0x5e, 0x10, 0, 2};
constexpr Ip4Address address{192, 0, 2, 9};

// A reply as tcpdump shows one: 192.0.2.9 is at 02:00:5e:10:00:02, and Ethernet's padding behind it.
Bytes reply() {
  constexpr std::array<std::uint8_t, 28> packet{0,   1, 8, 0, 6, 4, 0,    2,    2, 0, 0x5e, 0x10, 0, 2,
                                                192, 0, 2, 9, 2, 0, 0x5e, 0x10, 0, 1, 0,    0,    0, 0};
  Bytes out(46, 0);
  std::copy(packet.begin(), packet.end(), out.begin());
  return out;
}

TEST(Arp, ReadsAReplyAndPassesOverWhatIsNone) {
  const auto packet = parse_arp(reply());
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->sender_mac, other);
  EXPECT_EQ(packet->sender_ip, address);
  EXPECT_EQ(to_string(packet->sender_mac), "02:00:5e:10:00:02");
  const Bytes whole = reply();
  for (std::size_t size = 0; size < 28; ++size) EXPECT_FALSE(parse_arp(ByteView(whole).first(size))) << size;
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    Bytes wrong = whole;
    wrong[at] ^= 0x40;
    EXPECT_FALSE(parse_arp(wrong)) << at;
  }
}

TEST(Arp, ProbesWithoutClaimingTheAddress) {
  const auto probe = parse_arp(make_arp_probe(own, address));
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->sender_mac, own);
  EXPECT_EQ(probe->sender_ip, Ip4Address{}) << "RFC 5227 §1.1: nobody's table is changed by it";
  EXPECT_EQ(probe->target_ip, address);
}

TEST(Arp, IsAConflictWhereAnotherMachineSpeaksForTheAddress) {
  EXPECT_TRUE(claims(*parse_arp(reply()), own, address));
  EXPECT_FALSE(claims(*parse_arp(reply()), other, address)) << "that is ourselves";
  EXPECT_FALSE(claims(*parse_arp(reply()), own, Ip4Address{192, 0, 2, 8}));
  EXPECT_FALSE(claims(*parse_arp(make_arp_probe(other, address)), own, address)) << "it only asks";
}

}  // namespace
}  // namespace cadenas::base
