#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Endpoint, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(Endpoint::parse("192.0.2.7", 5061)->to_string(), "192.0.2.7:5061");
  EXPECT_EQ(Endpoint::parse("2001:db8::1", 5061)->to_string(), "[2001:db8::1]:5061");
}

TEST(Endpoint, RefusesANameWithAStableCode) {
  const auto result = Endpoint::parse("pbx.example", 5060);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "endpoint.address");
}

TEST(Endpoint, DifferentPortsAreDifferentFlowsOfOneHost) {
  const auto a = *Endpoint::parse("192.0.2.7", 1);
  const auto b = *Endpoint::parse("192.0.2.7", 2);
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a.host_only() == b.host_only());
  EXPECT_EQ(a.host_only().hash(), b.host_only().hash());
}

}  // namespace
}  // namespace cadenas::base
