#include "media/port_pool.hpp"

#include <set>

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

TEST(PortPool, GivesEvenPortsWhoseNeighbourIsInTheRange) {
  PortPool pool(20001, 20008);
  std::set<std::uint16_t> ports;
  while (const auto port = pool.take()) ports.insert(*port);
  EXPECT_EQ(ports, (std::set<std::uint16_t>{20002, 20004, 20006}));
}

TEST(PortPool, GivesAReturnedPortOutLast) {
  PortPool pool(20000, 20019);
  const std::uint16_t first = pool.take().value();
  pool.give_back(first);
  for (int i = 0; i < 9; ++i) EXPECT_NE(pool.take(), first);
  EXPECT_EQ(pool.take(), first);
}

TEST(PortPool, ReachesTheEndOfTheRangeAndHoldsNothingForAnEmptyOne) {
  EXPECT_EQ(PortPool(65534, 65535).take(), 65534);
  EXPECT_EQ(PortPool(65535, 65535).size(), 0u);
  EXPECT_EQ(PortPool(300, 200).size(), 0u);
}

}  // namespace
}  // namespace cadenas::media
