// Digits that members of a conference send by SIP INFO.
#include "conference_harness.hpp"

namespace cadenas::pbx::test {
namespace {

TEST(Conference, HearsDigitsThatComeByInfo) {
  Rooms rooms;
  rooms.add("700");
  rooms.exchange.publish();
  Phone& a = rooms.enter_encrypted("100", "700");
  a.send("INFO", "Signal=*\r\nDuration=100\r\n", {}, "application/dtmf-relay");
  a.response(200);
  a.send("INFO", "1", {}, "application/dtmf");
  a.response(200);
  EXPECT_EQ(rooms.exchange.conferences.member().seat, media::Seat::listens);
}

}  // namespace
}  // namespace cadenas::pbx::test
