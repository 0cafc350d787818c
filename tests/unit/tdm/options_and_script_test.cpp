#include <gtest/gtest.h>

#include "apps/tdm/script_line.hpp"
#include "apps/tdm/shelf_options.hpp"

namespace cadenas::apps::tdm {
namespace {

using media::tdm::PortKind;

TEST(PortOption, NamesPlaceKindAndWhetherTheCardHearsDigits) {
  EXPECT_EQ(parse_port("desk=0/1,analogue").value(), (NamedPort{"desk", {{0, 1}, PortKind::analogue, false}}));
  const NamedPort reflects{"desk", {{0, 1}, PortKind::analogue, true}, LineEcho{6, 12}};
  EXPECT_EQ(parse_port("desk=0/1,analogue,hears-digits,echo=6dB/12ms").value(), reflects);
  EXPECT_EQ(parse_port("desk=0/1,analogue,echo=6dB/12ms,hears-digits").value(), reflects);
  EXPECT_EQ(parse_port("fax-2=7/31,dect,hears-digits").value(), (NamedPort{"fax-2", {{7, 31}, PortKind::dect, true}}));
}

TEST(PortOption, RefusesWhatIsNoPort) {
  for (const char* wrong : {"", "desk", "desk=0/1", "desk=0/16,analogue", "desk=0/1,isdn", "=0/1,analogue",
                            "d k=0/1,analogue", "desk=0/1,analogue,loud", "desk=0/1,analogue,echo=6dB",
                            "desk=0/1,analogue,echo=61dB/1ms", "desk=0/1,analogue,echo=6dB/12ms/1"}) {
    const auto port = parse_port(wrong);
    ASSERT_FALSE(port) << wrong;
    EXPECT_EQ(port.error().code, "option.port");
  }
}

TEST(FarOption, SaysWhatTheExchangeDoesWithANumber) {
  using Does = FarNumber::Does;
  EXPECT_EQ(parse_far("0123=answer").value(), (FarNumber{Does::answers, "0123", "", 16}));
  EXPECT_EQ(parse_far("+33=answer:/tmp/a:b.wav").value(), (FarNumber{Does::answers, "+33", "/tmp/a:b.wav", 16}));
  EXPECT_EQ(parse_far("1=ring").value(), (FarNumber{Does::rings, "1", "", 16}));
  EXPECT_EQ(parse_far("1=busy").value(), (FarNumber{Does::releases, "1", "", 17}));
  EXPECT_EQ(parse_far("1=release:34").value(), (FarNumber{Does::releases, "1", "", 34}));
  for (const char* wrong :
       {"", "=answer", "bob=answer", "1=", "1=hang", "1=release", "1=release:0", "1=release:128", "1=busy:1"}) {
    EXPECT_FALSE(parse_far(wrong)) << wrong;
  }
}

TEST(ShelfOption, HasAsManyLinesAsItsPortsNeedAndNothingTwice) {
  const NamedPort a{"a", {{0, 1}, PortKind::analogue, false}};
  const NamedPort b{"b", {{2, 1}, PortKind::t2, false}};
  EXPECT_EQ(describe_shelf("rack", media::G711Law::mu, {a, b}).value().lines, 3);
  EXPECT_EQ(describe_shelf("Rack", media::G711Law::mu, {a}).error().code, "option.name");
  EXPECT_EQ(describe_shelf("rack", media::G711Law::mu, {a, a}).error().code, "option.port");
  EXPECT_EQ(describe_shelf("rack", media::G711Law::mu, {a, {"c", a.port}}).error().code, "option.port");
}

TEST(ScriptLine, HasAPortVerbAndArguments) {
  EXPECT_EQ(parse_script_line(" desk   dial 200 ").value(), (ScriptLine{"desk", Verb::dial, {"200"}}));
  EXPECT_EQ(parse_script_line("pstn setup 200 0612").value(), (ScriptLine{"pstn", Verb::setup, {"200", "0612"}}));
  EXPECT_EQ(parse_script_line("wait 50").value(), (ScriptLine{"", Verb::wait, {"50"}}));
  EXPECT_EQ(parse_script_line("quit").value(), (ScriptLine{"", Verb::quit, {}}));
  EXPECT_TRUE(is_blank("  # a comment"));
  EXPECT_TRUE(is_blank(""));
  EXPECT_FALSE(is_blank("quit"));
}

TEST(ScriptLine, IsRefusedWithoutAVerbOrWithOtherArguments) {
  EXPECT_EQ(parse_script_line("desk").error().code, "script.verb");
  EXPECT_EQ(parse_script_line("desk jump").error().code, "script.verb");
  EXPECT_EQ(parse_script_line("desk dial").error().code, "script.arguments");
  EXPECT_EQ(parse_script_line("desk off-hook now").error().code, "script.arguments");
  EXPECT_EQ(parse_script_line("wait").error().code, "script.arguments");
}

}  // namespace
}  // namespace cadenas::apps::tdm
