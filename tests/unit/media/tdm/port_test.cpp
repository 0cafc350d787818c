#include "media/tdm/port.hpp"

#include <gtest/gtest.h>

#include "media/tdm/call_control.hpp"

namespace cadenas::media::tdm {
namespace {

TEST(TdmPortId, IsWrittenAsShelfLineAndSlot) {
  const PortId port{"rack-2", {7, 31}};
  EXPECT_EQ(port.text(), "rack-2/7/31");
  EXPECT_EQ(PortId::parse("rack-2/7/31"), port);
}

TEST(TdmPortId, IsNoSlotWithoutVoiceAndNoOtherSpelling) {
  for (const char* wrong :
       {"", "rack", "rack/1", "rack/1/0", "rack/1/16", "rack/1/32", "rack/8/1", "rack/1/256", "Rack/1/1", "/1/1",
        "rack//1", "rack/1/", "rack/1/1/1", "rack/-1/1", "rack/1/ 1", "rack/+1/1"}) {
    EXPECT_FALSE(PortId::parse(wrong)) << wrong;
  }
  EXPECT_FALSE(PortId::parse(std::string(33, 'a') + "/1/1"));
}

TEST(TdmPortKind, HasANameAndIsFoundByIt) {
  for (const PortKind kind :
       {PortKind::analogue, PortKind::digital, PortKind::dect, PortKind::s0, PortKind::t0, PortKind::t2}) {
    EXPECT_EQ(port_kind(name(kind)), kind);
    EXPECT_FALSE(has_hook(kind) && is_trunk(kind));
  }
  EXPECT_FALSE(port_kind("isdn"));
}

TEST(TdmNumber, HoldsOnlyDigitsAndNoMoreThanACardTakes) {
  EXPECT_EQ(as_number("+33 1-23*4#"), "+33123*4#");
  EXPECT_EQ(as_number("alice"), "");
  EXPECT_EQ(as_number(std::string(40, '7')), std::string(32, '7'));
}

TEST(TdmRing, HasTheCadenceOfTheRingbackToneOfTheCountry) {
  EXPECT_EQ(ring_cadence(TonePlan::france), (RingCadence{1500, 3500}));
  EXPECT_EQ(ring_cadence(TonePlan::generic), (RingCadence{1000, 4000}));
}

}  // namespace
}  // namespace cadenas::media::tdm
