// a=mid and a=group:BUNDLE (RFC 5888, RFC 9143).
#include "sip/sdp_bundle.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

using GroupMids = std::vector<std::string>;

Sdp described_group(const std::string& session, const std::string& media) {
  auto sdp =
      Sdp::parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" + session + "m=audio 9 RTP/AVP 0\r\n" + media);
  EXPECT_TRUE(sdp.has_value());
  return std::move(*sdp);
}

TEST(SdpBundle, ReadsTheNameOfASection) {
  EXPECT_EQ(mid_of(described_group("", "a=mid:audio0 \r\n").media[0]), "audio0");
  EXPECT_EQ(mid_of(described_group("", "").media[0]), "");
  EXPECT_EQ(mid_of(described_group("", "a=mid:two words\r\n").media[0]), "");
  EXPECT_EQ(mid_of(described_group("", "a=mid:\r\n").media[0]), "");
}

TEST(SdpBundle, FindsTheGroupThatASectionIsIn) {
  const Sdp sdp = described_group("a=group:LS 0 1\r\na=group:BUNDLE 2\r\na=group:BUNDLE  0  1 \r\na=group:\r\n", "");
  EXPECT_EQ(bundle_of(sdp, "1"), (GroupMids{"0", "1"}));
  EXPECT_EQ(bundle_of(sdp, "2"), (GroupMids{"2"}));
  EXPECT_EQ(bundle_of(sdp, "3"), GroupMids{});
  EXPECT_EQ(bundle_of(sdp, ""), GroupMids{});
  EXPECT_EQ(bundle_of(sdp, "BUNDLE"), GroupMids{});
}

TEST(SdpBundle, WritesAGroupIntoTheSession) {
  Sdp sdp = described_group("", "a=mid:0\r\n");
  add_bundle(sdp, "0");
  EXPECT_EQ(sdp.session.attribute("group"), "BUNDLE 0");
}

}  // namespace
}  // namespace cadenas::sip
