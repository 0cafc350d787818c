#include "media/ice_peers.hpp"

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

base::Endpoint ice_address(std::uint16_t port) {
  return base::Endpoint::parse("192.0.2.10", port).value();
}

TEST(IcePeersTest, KnowsNobodyAtFirst) {
  const IcePeers peers{};
  EXPECT_EQ(peers.state(), IceState::waiting);
  EXPECT_FALSE(peers.has(ice_address(1)));
  EXPECT_FALSE(peers.destination().is_set());
}

TEST(IcePeersTest, HearsACheckedAddressButSendsOnlyToANominatedOne) {
  IcePeers peers;
  EXPECT_FALSE(peers.put(ice_address(1), false));
  EXPECT_EQ(peers.state(), IceState::checked);
  EXPECT_TRUE(peers.has(ice_address(1)));
  EXPECT_FALSE(peers.has(ice_address(2)));
  EXPECT_FALSE(peers.destination().is_set());
  EXPECT_TRUE(peers.put(ice_address(1), true));
  EXPECT_EQ(peers.state(), IceState::nominated);
  EXPECT_EQ(peers.destination(), ice_address(1));
}

TEST(IcePeersTest, GoesWhereTheLastNominationSays) {
  IcePeers peers;
  peers.put(ice_address(1), true);
  EXPECT_TRUE(peers.put(ice_address(2), true));
  EXPECT_FALSE(peers.put(ice_address(2), true)) << "it is there already";
  EXPECT_FALSE(peers.put(ice_address(1), false)) << "a check that keeps a way open";
  EXPECT_EQ(peers.destination(), ice_address(2));
  EXPECT_TRUE(peers.has(ice_address(1)));
}

TEST(IcePeersTest, ForgetsWhoCheckedLongestAgoButNeverWhereItSendsTo) {
  IcePeers peers;
  peers.put(ice_address(1), true);
  for (std::uint16_t port = 2; port < 2 + IcePeers::kMost; ++port) {
    peers.put(ice_address(port), false);
    peers.put(ice_address(2), false);
  }
  EXPECT_TRUE(peers.has(ice_address(1)));
  EXPECT_TRUE(peers.has(ice_address(2))) << "it checks all the time";
  EXPECT_TRUE(peers.has(ice_address(1 + IcePeers::kMost)));
  for (std::uint16_t port = 100; port < 100 + IcePeers::kMost; ++port) peers.put(ice_address(port), false);
  EXPECT_FALSE(peers.has(ice_address(2)));
  EXPECT_TRUE(peers.has(ice_address(1)));
}

TEST(IcePeersTest, ARestartKeepsOnlyTheWayInUseAndThatUntilTheNextNomination) {
  IcePeers peers;
  peers.put(ice_address(1), true);
  peers.put(ice_address(2), false);
  peers.restart();
  EXPECT_EQ(peers.state(), IceState::waiting);
  EXPECT_EQ(peers.destination(), ice_address(1));
  EXPECT_TRUE(peers.has(ice_address(1)));
  EXPECT_FALSE(peers.has(ice_address(2)));
  peers.put(ice_address(3), false);
  EXPECT_EQ(peers.destination(), ice_address(1));
  EXPECT_TRUE(peers.put(ice_address(3), true));
  EXPECT_FALSE(peers.has(ice_address(1)));
  peers.restart();
  EXPECT_TRUE(peers.put(ice_address(3), true)) << "it is nominated anew, where it was";
}

}  // namespace
}  // namespace cadenas::media
