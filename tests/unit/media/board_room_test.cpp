// Conference rooms of the board over real UDP on the loopback (CONF-1).

#include <chrono>
#include <optional>
#include <thread>

#include "board_on_loopback.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Endpoint;
using test::clear_leg;
using test::k256;
using test::kDeadlineMs;
using test::opened;
using test::params;
using test::rtp_packet;
using test::srtp;
using test::srtp_leg;
using BoardRoomTest = test::BoardOnLoopback;

MemberAudio pcmu_only() {
  return {{{Codec::pcmu, 0}}, {Codec::pcmu, 0}};
}

// The board is the clock: each phone speaks once for each packet that it hears.
TEST_P(BoardRoomTest, MixesARoomAndGivesItsPortsBack) {
  const std::size_t ports = board_.free_ports(AddressFamily::ip4);
  ASSERT_TRUE(board_.open_room(5, {}));
  const Endpoint to_a = board_.join(5, 1).value();
  ASSERT_TRUE(board_.join(5, 2));
  ASSERT_TRUE(board_.configure_member(1, srtp_leg(a_.here(), params(k256, 1), params(k256, 2)), pcmu_only()));
  ASSERT_TRUE(board_.configure_member(2, clear_leg(b_.here()), pcmu_only()));
  SrtpSender tx(params(k256, 1));
  SrtpReceiver rx(params(k256, 2));
  const Bytes silence = [&] {
    opened(rx, a_.receive());
    return b_.receive();
  }();
  bool heard = false;
  for (std::uint16_t sequence = 1; sequence < 500 && !heard; ++sequence) {
    a_.send(to_a, srtp(tx, rtp_packet(7, sequence)));
    EXPECT_EQ(opened(rx, a_.receive()).size(), 172u);
    const Bytes packet = b_.receive();
    ASSERT_EQ(packet.size(), 172u);
    heard = !std::equal(packet.begin() + 12, packet.end(), silence.begin() + 12);
  }
  EXPECT_TRUE(heard) << "b never heard a";
  const MemberStats stats = board_.member_stats(1).value();
  EXPECT_TRUE(stats.leg.receives_encrypted());
  EXPECT_TRUE(stats.leg.sends_encrypted());
  EXPECT_TRUE(stats.speaks);
  EXPECT_TRUE(board_.leave(1));
  EXPECT_EQ(board_.member_stats(1), std::nullopt);
  board_.close_room(5);
  EXPECT_EQ(board_.leave(2), std::nullopt);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
  while (board_.free_ports(AddressFamily::ip4) < ports && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(board_.free_ports(AddressFamily::ip4), ports);
}

TEST_P(BoardRoomTest, LetsTwoLinkedRoomsHearEachOtherAcrossThreads) {
  Board board(settings(2), clock_);
  for (const RoomId room : {5u, 6u}) ASSERT_TRUE(board.open_room(room, {}));
  const Endpoint to_a = board.join(5, 1).value();
  ASSERT_TRUE(board.join(6, 2));
  ASSERT_TRUE(board.configure_member(1, clear_leg(a_.here()), pcmu_only()));
  ASSERT_TRUE(board.configure_member(2, clear_leg(b_.here()), pcmu_only()));
  ASSERT_TRUE(board.link_rooms(1, 5, 6));
  const Bytes silence = b_.receive();
  bool heard = false;
  for (std::uint16_t sequence = 1; sequence < 500 && !heard; ++sequence) {
    a_.send(to_a, rtp_packet(7, sequence));
    EXPECT_EQ(a_.receive().size(), 172u);
    const Bytes packet = b_.receive();
    ASSERT_EQ(packet.size(), 172u);
    heard = !std::equal(packet.begin() + 12, packet.end(), silence.begin() + 12);
  }
  EXPECT_TRUE(heard) << "b never heard a";
}

TEST_P(BoardRoomTest, LinksNoRoomsThatHearEachOtherAlready) {
  for (const RoomId room : {5u, 6u, 7u}) ASSERT_TRUE(board_.open_room(room, {}));
  EXPECT_EQ(board_.link_rooms(1, 5, 9).error().code, "media.no-room");
  ASSERT_TRUE(board_.link_rooms(1, 5, 6));
  EXPECT_EQ(board_.link_rooms(1, 6, 7).error().code, "media.link-exists");
  ASSERT_TRUE(board_.link_rooms(2, 6, 7));
  EXPECT_EQ(board_.link_rooms(3, 7, 5).error().code, "media.link-ring");
  EXPECT_EQ(board_.link_rooms(3, 5, 5).error().code, "media.link-ring");
  board_.close_room(6);
  EXPECT_TRUE(board_.link_rooms(3, 7, 5)) << "a closed room takes its links along";
  board_.unlink_rooms(3);
  EXPECT_TRUE(board_.link_rooms(3, 5, 7));
}

TEST_P(BoardRoomTest, SaysWhyNobodyCanJoinOrBeDescribed) {
  EXPECT_EQ(board_.join(5, 1).error().code, "media.no-room");
  ASSERT_TRUE(board_.open_room(5, {}));
  EXPECT_EQ(board_.open_room(5, {}).error().code, "media.room-exists");
  const Endpoint here = board_.join(5, 1).value();
  EXPECT_EQ(board_.join(5, 1).error().code, "media.member-exists");
  EXPECT_EQ(board_.configure_member(1, clear_leg(here), pcmu_only()).error().code, "media.own-address");
  EXPECT_EQ(board_.configure_member(1, clear_leg(a_.here()), {}).error().code, "media.no-voice");
  EXPECT_EQ(board_.configure_member(9, clear_leg(a_.here()), pcmu_only()).error().code, "media.no-member");
}

TEST_P(BoardRoomTest, TakesAHundredIntoARoomAndLetsThemGoWhileTheyTalk) {
  const std::size_t ports = board_.free_ports(AddressFamily::ip4);
  ASSERT_TRUE(board_.open_room(5, {}));
  for (MemberId id = 1; id <= 100; ++id) {
    const Endpoint here = board_.join(5, id).value();
    ASSERT_TRUE(board_.configure_member(id, clear_leg(a_.here()), pcmu_only()));
    a_.send(here, rtp_packet(static_cast<std::uint32_t>(id), 1));
  }
  // As many packets of one frame as there are members.
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a_.receive().size(), 172u);
  for (MemberId id = 1; id <= 100; ++id) EXPECT_TRUE(board_.leave(id));
  board_.close_room(5);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
  while (board_.free_ports(AddressFamily::ip4) < ports && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(board_.free_ports(AddressFamily::ip4), ports);
}

INSTANTIATE_TEST_SUITE_P(On, BoardRoomTest, testing::Values(PacketEngine::epoll, PacketEngine::io_uring),
                         test::name_of_engine);

}  // namespace
}  // namespace cadenas::media
