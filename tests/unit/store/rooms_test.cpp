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

TEST_F(Rooms, AreNotTheOnlyWayToHearOthersAndTheRightsToThatAreKept) {
  Subscription supervisor = subscription("100");
  ASSERT_TRUE(opened()->add_subscription(supervisor));
  const auto kept = [&] { return *opened()->load()->find("100"); };
  EXPECT_FALSE(kept().intrusion_right || kept().listen_right || kept().intrusion_protected)
      << "nobody has them unasked";
  supervisor.credentials = {};
  supervisor.intrusion_right = true;
  supervisor.intrusion_protected = true;
  ASSERT_TRUE(opened()->change_subscription(supervisor));
  EXPECT_TRUE(kept().intrusion_right && kept().intrusion_protected);
  EXPECT_FALSE(kept().listen_right);
}

TEST_F(Rooms, ShareNoNumberWithASubscriptionOrATrunk) {
  ASSERT_TRUE(opened()->put_room(room("700")));
  EXPECT_EQ(opened()->add_subscription(subscription("700")).error().code, "subscription.number-of-room");
  Trunk trunk;
  trunk.name = "provider";
  trunk.address = "192.0.2.1";
  trunk.routes = {{"70", 0}};
  EXPECT_EQ(opened()->put_trunk(trunk).error().code, "trunk.prefix-of-room");
  trunk.routes = {{"80", 0}, {"7*", 0}};
  ASSERT_TRUE(opened()->put_trunk(trunk));
  EXPECT_EQ(opened()->put_room(room("8012")).error().code, "room.number-of-trunk");
  EXPECT_TRUE(opened()->put_room(room("81")));
}

TEST_F(Rooms, AreLinkedInTreesAndNeverInARing) {
  for (const char* number : {"700", "701", "702", "703"}) ASSERT_TRUE(opened()->put_room(room(number)));
  const auto link = [&](const char* a, const char* b) { return opened()->link_rooms({a, b}); };
  ASSERT_TRUE(link("700", "701"));
  ASSERT_TRUE(link("702", "701"));
  EXPECT_TRUE(link("701", "700")) << "it is there already";
  EXPECT_EQ(link("700", "702").error().code, "room.link-ring");
  EXPECT_EQ(link("700", "700").error().code, "room.link-ring");
  EXPECT_EQ(link("700", "799").error().code, "room.unknown");
  auto links = opened()->load()->room_links;
  EXPECT_EQ(links, (RoomLinks{{"700", "701"}, {"701", "702"}}));
  EXPECT_EQ(linked_rooms(links, "702"), (std::set<std::string>{"700", "701", "702"}));
  EXPECT_EQ(linked_rooms(links, "703"), (std::set<std::string>{"703"}));

  ASSERT_TRUE(opened()->unlink_rooms({"702", "701"}));
  EXPECT_EQ(opened()->unlink_rooms({"702", "701"}).error().code, "room.link-unknown");
  EXPECT_TRUE(link("700", "702"));
  ASSERT_TRUE(opened()->remove_room("700"));
  EXPECT_TRUE(opened()->load()->room_links.empty()) << "links go with their room";
}

}  // namespace
}  // namespace cadenas::store
