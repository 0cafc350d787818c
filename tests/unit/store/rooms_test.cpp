#include <gtest/gtest.h>

#include "store/database.hpp"
#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class Rooms : public TemporaryDatabase {};

ConferenceRoom room(std::string number, std::string_view pin = {}) {
  ConferenceRoom out;
  out.number = std::move(number);
  out.asks_pin = !pin.empty();
  if (!pin.empty()) {
    out.pin = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(pin)));
  }
  return out;
}

TEST_F(Rooms, AreKeptReplacedAndRemoved) {
  ConferenceRoom board = room("700", "4711");
  board.name = "Board";
  board.clear_members = ClearMembers::refuse_clear;
  board.announcements = false;
  ASSERT_TRUE(opened()->put_room(board));
  auto snapshot = opened()->load();
  ASSERT_EQ(snapshot->rooms.size(), 1U);
  const ConferenceRoom& kept = *snapshot->rooms.at("700");
  EXPECT_EQ(kept.name, "Board");
  EXPECT_EQ(kept.clear_members, ClearMembers::refuse_clear);
  EXPECT_FALSE(kept.announcements);
  EXPECT_TRUE(kept.asks_pin);
  EXPECT_EQ(base::as_text(kept.pin->view()), "4711");

  board.pin = nullptr;
  ASSERT_TRUE(opened()->put_room(board)) << "the stored PIN is kept";
  EXPECT_EQ(base::as_text(opened()->load()->rooms.at("700")->pin->view()), "4711");
  ASSERT_TRUE(opened()->put_room(room("700")));
  EXPECT_FALSE(opened()->load()->rooms.at("700")->asks_pin);
  ASSERT_TRUE(opened()->remove_room("700"));
  EXPECT_TRUE(opened()->load()->rooms.empty());
  EXPECT_EQ(opened()->remove_room("700").error().code, "room.unknown");
}

TEST_F(Rooms, AreRefusedWithTheReason) {
  const auto refused = [&](const ConferenceRoom& r) { return opened()->put_room(r).error().code; };
  EXPECT_EQ(refused(room("")), "room.number-invalid");
  EXPECT_EQ(refused(room("7 0")), "room.number-invalid");
  EXPECT_EQ(refused(room("700", "123")), "room.pin-invalid");
  EXPECT_EQ(refused(room("700", "12a4")), "room.pin-invalid");
  EXPECT_EQ(refused(room("700", "1234567890123")), "room.pin-invalid");
  ConferenceRoom without = room("700");
  without.asks_pin = true;
  EXPECT_EQ(refused(without), "room.no-pin");
  without.asks_pin = false;
  without.name = "a\nb";
  EXPECT_EQ(refused(without), "room.name-invalid");
  ASSERT_TRUE(opened()->add_subscription(subscription("100")));
  EXPECT_EQ(refused(room("100")), "room.number-in-use");
}

}  // namespace
}  // namespace cadenas::store
