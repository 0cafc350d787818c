#include "media/latch.hpp"

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

using base::Endpoint;

Endpoint at(const char* address, std::uint16_t port) {
  return Endpoint::parse(address, port).value();
}

const Endpoint kSignalled = at("192.0.2.1", 4000);
const Endpoint kOtherPort = at("192.0.2.1", 4444);
const Endpoint kNat = at("198.51.100.9", 30000);
const Endpoint kAttacker = at("203.0.113.66", 666);

TEST(Latch, SendsToTheSignalledAddressUntilAPacketComes) {
  Latch latch;
  latch.signal(kSignalled, Latching::signalled_host);
  EXPECT_EQ(latch.destination(), kSignalled);
}

TEST(Latch, FollowsThePortOfTheSignalledHostAndNobodyElse) {
  Latch latch;
  latch.signal(kSignalled, Latching::signalled_host);
  EXPECT_FALSE(latch.admit_clear(kAttacker));
  EXPECT_EQ(latch.destination(), kSignalled);
  EXPECT_TRUE(latch.admit_clear(kOtherPort));
  EXPECT_EQ(latch.destination(), kOtherPort);
}

TEST(Latch, IsLockedAfterTheFirstPackets) {
  Latch latch;
  latch.signal(kSignalled, Latching::any_host);
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(latch.admit_clear(kNat));
  EXPECT_FALSE(latch.admit_clear(kAttacker));
  EXPECT_FALSE(latch.admit_clear(kSignalled));
  EXPECT_TRUE(latch.admit_clear(kNat));
  EXPECT_EQ(latch.destination(), kNat);
}

TEST(Latch, IsLockedAtOnceByAPacketFromTheSignalledAddress) {
  Latch latch;
  latch.signal(kSignalled, Latching::any_host);
  EXPECT_TRUE(latch.admit_clear(kSignalled));
  EXPECT_FALSE(latch.admit_clear(kAttacker));
  EXPECT_EQ(latch.destination(), kSignalled);
}

TEST(Latch, OpensAnewWithAnOfferButKeepsThePlace) {
  Latch latch;
  latch.signal(kSignalled, Latching::any_host);
  for (int i = 0; i < 20; ++i) latch.admit_clear(kNat);
  latch.signal(kSignalled, Latching::any_host);
  EXPECT_EQ(latch.destination(), kNat);
  const Endpoint rebound = at("198.51.100.9", 30001);
  EXPECT_TRUE(latch.admit_clear(rebound));
  EXPECT_EQ(latch.destination(), rebound);
}

TEST(Latch, GoesWhereANewOfferPoints) {
  Latch latch;
  latch.signal(kSignalled, Latching::any_host);
  latch.admit_clear(kNat);
  latch.signal(kOtherPort, Latching::any_host);
  EXPECT_EQ(latch.destination(), kOtherPort);
}

TEST(Latch, NeverMovesWhenItIsOff) {
  Latch latch;
  latch.signal(kSignalled, Latching::off);
  EXPECT_TRUE(latch.admit_clear(kOtherPort)) << "RFC 3550 does not ask a sender for symmetric ports";
  EXPECT_FALSE(latch.admit_clear(kAttacker));
  latch.follow_authentic(kNat);
  EXPECT_EQ(latch.destination(), kSignalled);
}

TEST(Latch, FollowsAnAuthenticPacketAtAnyTime) {
  Latch latch;
  latch.signal(kSignalled, Latching::signalled_host);
  latch.follow_authentic(kSignalled);
  latch.follow_authentic(kNat);
  EXPECT_EQ(latch.destination(), kNat);
}

TEST(Latch, LetsNobodyInWithoutASignalledAddressUnlessAnyHostMay) {
  Latch latch;
  latch.signal({}, Latching::signalled_host);
  EXPECT_FALSE(latch.admit_clear(kNat));
  latch.signal({}, Latching::any_host);
  EXPECT_TRUE(latch.admit_clear(kNat));
}

}  // namespace
}  // namespace cadenas::media
