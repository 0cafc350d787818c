// Declared ports of the TDM bus (ENC-2).

#include <gtest/gtest.h>

#include "temporary_database.hpp"

namespace cadenas::store {
namespace {

class TdmPorts : public TemporaryDatabase {};

TdmPort set(std::uint8_t slot, std::string number) {
  TdmPort out;
  out.shelf = "shelf-1";
  out.slot = slot;
  out.number = std::move(number);
  return out;
}

TdmPort channel(std::uint8_t slot, std::string prefix, unsigned strip = 0) {
  TdmPort out;
  out.shelf = "shelf-1";
  out.line = 1;
  out.slot = slot;
  out.kind = TdmPortKind::t2;
  out.prefix = std::move(prefix);
  out.strip = strip;
  return out;
}

TEST_F(TdmPorts, AreKeptReplacedAndRemoved) {
  TdmPort lobby = set(3, "310");
  lobby.display_name = "Lobby";
  ASSERT_TRUE(opened()->put_tdm_port(lobby));
  ASSERT_TRUE(opened()->put_tdm_port(channel(1, "0", 1)));
  ASSERT_TRUE(opened()->put_tdm_port(channel(2, "0", 1))) << "the second channel of the bundle";
  auto snapshot = opened()->load();
  ASSERT_EQ(snapshot->tdm_ports.size(), 3U);
  EXPECT_EQ(*snapshot->tdm_ports.at("shelf-1/0/3"), lobby);
  EXPECT_EQ(*snapshot->tdm_ports.at("shelf-1/1/2"), channel(2, "0", 1));
  EXPECT_EQ(*snapshot->tdm_terminal("310"), lobby);
  EXPECT_EQ(snapshot->tdm_terminal("311"), nullptr);
  EXPECT_EQ(snapshot->tdm_terminal(""), nullptr) << "channels of trunks have no number";

  lobby.number = "311";
  lobby.kind = TdmPortKind::dect;
  ASSERT_TRUE(opened()->put_tdm_port(lobby));
  EXPECT_EQ(*opened()->load()->tdm_ports.at("shelf-1/0/3"), lobby);
  ASSERT_TRUE(opened()->remove_tdm_port("shelf-1/0/3"));
  EXPECT_EQ(opened()->load()->tdm_ports.size(), 2U);
  EXPECT_EQ(opened()->remove_tdm_port("shelf-1/0/3").error().code, "tdm.unknown");
}

TEST_F(TdmPorts, AreRefusedWithTheReason) {
  const auto refused = [&](const TdmPort& p) { return opened()->put_tdm_port(p).error().code; };
  TdmPort bad = set(1, "310");
  bad.shelf = "Shelf 1";
  EXPECT_EQ(refused(bad), "tdm.shelf-invalid");
  bad = set(1, "310");
  bad.line = 8;
  EXPECT_EQ(refused(bad), "tdm.slot-invalid");
  for (const std::uint8_t slot : {std::uint8_t{0}, std::uint8_t{16}, std::uint8_t{32}})
    EXPECT_EQ(refused(set(slot, "310")), "tdm.slot-invalid");
  EXPECT_EQ(refused(set(1, "")), "tdm.number-invalid");
  bad = set(1, "310");
  bad.display_name = "a\nb";
  EXPECT_EQ(refused(bad), "tdm.display-name-invalid");
  bad = set(1, "310");
  bad.prefix = "0";
  EXPECT_EQ(refused(bad), "tdm.prefix-of-terminal");
  bad = channel(1, "0");
  bad.number = "310";
  EXPECT_EQ(refused(bad), "tdm.number-of-trunk");
  EXPECT_EQ(refused(channel(1, "0 0")), "tdm.prefix-invalid");
  EXPECT_EQ(refused(channel(1, "0", 2)), "tdm.strip-invalid");
  EXPECT_TRUE(opened()->load()->tdm_ports.empty());
}

TEST_F(TdmPorts, ShareNoNumberAndNoPrefixWithOthers) {
  ASSERT_TRUE(opened()->add_subscription(subscription("100")));
  ConferenceRoom room;
  room.number = "700";
  ASSERT_TRUE(opened()->put_room(room));
  Trunk trunk;
  trunk.name = "north";
  trunk.address = "192.0.2.7";
  trunk.routes = {{"8", 0}};
  ASSERT_TRUE(opened()->put_trunk(trunk));
  ASSERT_TRUE(opened()->put_tdm_port(set(1, "310")));
  ASSERT_TRUE(opened()->put_tdm_port(channel(1, "0", 1)));

  const auto refused = [&](const TdmPort& p) { return opened()->put_tdm_port(p).error().code; };
  EXPECT_EQ(refused(set(2, "100")), "tdm.number-in-use");
  EXPECT_EQ(refused(set(2, "700")), "tdm.number-in-use");
  EXPECT_EQ(refused(set(2, "310")), "tdm.number-in-use");
  EXPECT_EQ(refused(channel(2, "8")), "tdm.prefix-in-use");
  EXPECT_EQ(refused(channel(2, "0", 0)), "tdm.strip-differs");
  room.number = "310";
  EXPECT_EQ(opened()->put_room(room).error().code, "room.number-in-use");
  trunk.routes.push_back({"0", 0});
  EXPECT_EQ(opened()->put_trunk(trunk).error().code, "trunk.prefix-in-use");
}

TEST_F(TdmPorts, OfAMediaBoardThatIsInServiceUntilItIsTakenOut) {
  auto settings = opened()->load()->settings;
  EXPECT_TRUE(settings.eip_in_service);
  settings.eip_in_service = false;
  ASSERT_TRUE(opened()->change_settings(settings));
  EXPECT_FALSE(opened()->load()->settings.eip_in_service);
}

}  // namespace
}  // namespace cadenas::store
