#include "base/address_check.hpp"

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(AddressCheck, FindsTheLoopbackGoodAndAStrangersAddressAbsent) {
  const auto loopback = check_address(*Endpoint::parse("127.0.0.1", 20000), Millis{10});
  EXPECT_EQ(loopback.state, AddressState::good) << loopback.reason;
  EXPECT_FALSE(loopback.interface.empty());
  EXPECT_EQ(loopback.address.port(), 0);
  for (const char* nobodys : {"192.0.2.77", "2001:db8::77"}) {
    const auto absent = check_address(*Endpoint::parse(nobodys, 0), Millis{10});
    EXPECT_EQ(absent.state, AddressState::absent);
    EXPECT_TRUE(absent.interface.empty());
    EXPECT_FALSE(absent.reason.empty());
  }
}

}  // namespace
}  // namespace cadenas::base
