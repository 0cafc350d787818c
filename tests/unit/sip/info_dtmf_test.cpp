#include "sip/info_dtmf.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

TEST(DigitOfInfo, ReadsBothKindsAsPhonesWriteThem) {
  EXPECT_EQ(digit_of_info("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), '5');
  EXPECT_EQ(digit_of_info("application/dtmf-relay", "Duration=160\nsignal = *"), '*');
  EXPECT_EQ(digit_of_info("Application/DTMF-Relay;charset=utf-8", "Signal=11\r\n"), '#');
  EXPECT_EQ(digit_of_info("application/dtmf", "7"), '7');
  EXPECT_EQ(digit_of_info("application/dtmf", " d\r\n"), 'D');
}

TEST(DigitOfInfo, IsNothingWhereNoDigitIsSaid) {
  EXPECT_FALSE(digit_of_info("application/dtmf-relay", "Duration=160"));
  EXPECT_FALSE(digit_of_info("application/dtmf-relay", "Signal=55"));
  EXPECT_FALSE(digit_of_info("application/dtmf-relay", "Signal"));
  EXPECT_FALSE(digit_of_info("application/dtmf", ""));
  EXPECT_FALSE(digit_of_info("application/dtmf", "x"));
  EXPECT_FALSE(digit_of_info("application/media_control+xml", "5"));
  EXPECT_FALSE(digit_of_info("", "5"));
}

}  // namespace
}  // namespace cadenas::sip
