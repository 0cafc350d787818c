#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Endpoint, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(Endpoint::parse("192.0.2.7", 5061)->to_string(), "192.0.2.7:5061");
  EXPECT_EQ(Endpoint::parse("2001:db8::1", 5061)->to_string(), "[2001:db8::1]:5061");
  for (const char* address : {"0.0.0.0", "255.255.255.255", "10.0.200.1", "100.99.9.0"}) {
    EXPECT_EQ(Endpoint::parse(address, 0)->address(), address);
  }
}

TEST(Endpoint, RefusesANameWithAStableCode) {
  const auto result = Endpoint::parse("pbx.example", 5060);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "endpoint.address");
}

TEST(Endpoint, KnowsWhatStaysOnThisMachine) {
  for (const char* here : {"127.0.0.1", "127.9.8.7", "::1"})
    EXPECT_TRUE(Endpoint::parse(here, 1)->is_loopback()) << here;
  for (const char* out : {"128.0.0.1", "192.0.2.1", "0.0.0.0", "::", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(Endpoint::parse(out, 1)->is_loopback()) << out;
  }
  EXPECT_FALSE(Endpoint().is_loopback());
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
