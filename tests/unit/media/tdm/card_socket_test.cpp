// Line cards on the Unix socket; the test is the card, and makes the 20 ms of the bus.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/tdm/card_link.hpp"
#include "media/tdm/card_listener.hpp"
#include "stepped_bus.hpp"

namespace cadenas::media::tdm {
namespace {

using base::Bytes;
using test::Audio;
using test::SteppedBus;
using Events = std::vector<std::pair<PortId, Event>>;

constexpr SlotId kAt{0, 1};

/// A folder of the test alone, which goes with it.
class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "cadenas-tdm-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string socket() const { return (path_ / "cards").string(); }

 private:
  std::filesystem::path path_;
};

class CardSocketTest : public testing::Test {
 protected:
  static ShelfDescription description(G711Law law = G711Law::a) {
    return {"rack", law, 1, {{kAt, PortKind::analogue, true}}};
  }
  std::unique_ptr<CardLink> connect() { return CardLink::connect(folder_.socket()).value(); }
  std::unique_ptr<CardLink> attach(const ShelfDescription& description) {
    std::unique_ptr<CardLink> card = connect();
    EXPECT_TRUE(card->write(Hello{description}));
    stepped_.step();
    EXPECT_TRUE(std::holds_alternative<Welcome>(next(*card).value()));
    return card;
  }
  /// What the bus said next that is no block; nothing if it closed.
  static std::optional<CardMessage> next(CardLink& card) {
    for (;;) {
      base::Result<std::optional<CardMessage>> read = card.read();
      if (!read || !*read) return std::nullopt;
      if (!std::holds_alternative<Block>(**read)) return std::move(*read);
    }
  }
  /// The code that the bus gave when it let the card go.
  static std::string refusal(CardLink& card) {
    const std::optional<CardMessage> said = next(card);
    if (!said || !std::holds_alternative<Refused>(*said)) return "not refused";
    EXPECT_EQ(card.read().error().code, "tdm.closed");
    return std::get<Refused>(*said).code;
  }
  /// 20 ms of a card that answers each block with one.
  void exchange(CardLink& card, SlotFrame say, SlotFrame* heard = nullptr) {
    Bytes block(kBlockOctets);
    clear_block(block, G711Law::a);
    write_slot(block, kAt.slot, say);
    EXPECT_TRUE(card.write_block(0, block));
    stepped_.step();
    for (base::Result<std::optional<CardMessage>> read = card.read(); read && *read; read = card.read()) {
      if (const auto* got = std::get_if<Block>(&**read); got && heard) read_slot(got->octets, kAt.slot, *heard);
    }
  }

  Folder folder_;
  SteppedBus stepped_{folder_.socket()};
  Bus& bus_ = stepped_.bus;
  const PortId port_{"rack", kAt};
};

TEST_F(CardSocketTest, IsThereForItsOwnerAndGroupOnlyAndGoesWithTheBus) {
  struct stat there {};
  ASSERT_EQ(::stat(folder_.socket().c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777, 0660u);
  const std::string path = folder_.socket() + "-2";
  { const CardListener other(path); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(CardSocketTest, TakesThePlaceOfASocketThatNobodyServesAndOfNothingElse) {
  EXPECT_THROW(CardListener(folder_.socket()), std::system_error) << "the bus of the test listens there";
  const std::string stale = folder_.socket() + "-stale";
  {
    const Descriptor dead(::socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
    const sockaddr_un address = unix_address(stale);
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  EXPECT_NO_THROW(CardListener{stale});
  const std::string file = folder_.socket() + "-file";
  { const Descriptor made(::creat(file.c_str(), 0600), "creat"); }
  EXPECT_THROW(CardListener{file}, std::system_error);
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_THROW(CardListener{std::string(200, 'a')}, std::system_error);
}

TEST_F(CardSocketTest, CarriesEventsAndCommands) {
  const auto card = attach(description());
  card->write(PortEvent{kAt, OffHook{}});
  stepped_.step();
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, InService{}}, {port_, OffHook{}}}));
  bus_.tell(port_, Ring{"201", {1500, 3500}});
  stepped_.step();
  const std::optional<CardMessage> said = next(*card);
  ASSERT_TRUE(said && std::holds_alternative<PortCommand>(*said));
  EXPECT_EQ(std::get<PortCommand>(*said), (PortCommand{kAt, Ring{"201", {1500, 3500}}}));
}

TEST_F(CardSocketTest, CarriesVoiceBothWaysOctetByOctet) {
  const auto card = attach(description());
  TimeSlot slot = bus_.take(port_).value();
  stepped_.step();
  SlotFrame say;
  say.fill(g711_encode(G711Law::a, 5'000));
  const Audio spoken(kFrameOctets, -3'000);
  SlotFrame heard{};
  Audio got(kFrameOctets);
  for (int i = 0; i < 10; ++i) {
    slot.say(spoken);
    exchange(*card, say, &heard);
    slot.hear(got);
  }
  EXPECT_EQ(got, Audio(kFrameOctets, g711_decode(G711Law::a, say[0])));
  EXPECT_TRUE(std::ranges::all_of(heard, [](auto octet) { return octet == g711_encode(G711Law::a, -3'000); }));
  EXPECT_EQ(bus_.shelves()[0].blocks_lost, 0u);
}

TEST_F(CardSocketTest, LetsGoAndTellsWhyWhoeverDoesNotSpeakTheProtocol) {
  const auto refused_for = [&](const CardMessage& first) {
    const auto card = connect();
    card->write(first);
    stepped_.step();
    return refusal(*card);
  };
  EXPECT_EQ(refused_for(PortEvent{kAt, OffHook{}}), "tdm.message-order");
  EXPECT_EQ(refused_for(Welcome{}), "tdm.message-order");
  ShelfDescription wrong = description();
  wrong.name = "No Name";
  EXPECT_EQ(refused_for(Hello{wrong}), "tdm.message-field");
  const auto first = attach(description());
  EXPECT_EQ(refused_for(Hello{description()}), "tdm.shelf-attached");
  first->write(Hello{description()});
  stepped_.step();
  EXPECT_EQ(refusal(*first), "tdm.message-order") << "a second hello";
  EXPECT_FALSE(bus_.port(port_)->in_service);
}

TEST_F(CardSocketTest, LetsGoOfWhoNeverSaysHello) {
  const auto card = connect();
  stepped_.step(200);
  EXPECT_TRUE(card->read()) << "four seconds";
  stepped_.step(60);
  EXPECT_EQ(card->read().error().code, "tdm.closed");
}

TEST_F(CardSocketTest, TakesPortsOutOfServiceWhenTheCardStallsAndBackWhenItSpeaksAgain) {
  const auto card = attach(description());
  stepped_.take_events();
  TimeSlot slot = bus_.take(port_).value();
  SlotFrame say;
  say.fill(g711_encode(G711Law::a, 5'000));
  for (int i = 0; i < 5; ++i) exchange(*card, say);
  stepped_.step(60);
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, OutOfService{"tdm.card-stalled"}}}));
  EXPECT_TRUE(bus_.shelves()[0].stalled);
  EXPECT_TRUE(bus_.shelves()[0].attached);
  Audio heard(kFrameOctets, 1);
  for (int i = 0; i < 10; ++i) slot.hear(heard);
  EXPECT_EQ(test::level(heard), -127) << "silence, not the last sound for ever";
  exchange(*card, say);
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, InService{}}}));
  EXPECT_FALSE(bus_.shelves()[0].stalled);
}

TEST_F(CardSocketTest, ComesBackAfterItWentEvenWithAnotherLaw) {
  {
    const auto card = attach(description());
    stepped_.take_events();
  }
  stepped_.step();
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, OutOfService{"tdm.card-gone"}}}));
  const auto card = attach(description(G711Law::mu));
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, InService{}}}));
  EXPECT_EQ(bus_.take(port_).value().law(), G711Law::mu);
  EXPECT_EQ(bus_.shelves()[0].attachments, 2u);
}

TEST_F(CardSocketTest, ThrowsAwayMoreVoiceThanTimeHasAndCountsWhatWasLostOrOutOfStep) {
  const auto card = attach(description());
  Bytes block(kBlockOctets);
  clear_block(block, G711Law::a);
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(card->write_block(0, block));
  stepped_.step();
  const ShelfState after = bus_.shelves()[0];
  EXPECT_EQ(after.blocks_received + after.blocks_excess, 12u);
  EXPECT_EQ(after.blocks_received, 5u) << "a card that was held up may catch up with 100 ms";
  Bytes packet(kMostMessage);
  write_block(0, 15, block, packet);
  card->write(Block{0, 15, block});
  stepped_.step();
  EXPECT_EQ(bus_.shelves()[0].blocks_lost, 3u);
  std::rotate(block.begin(), block.begin() + 1, block.end());
  card->write(Block{0, 16, block});
  card->write(Block{7, 0, block});
  stepped_.step();
  EXPECT_EQ(bus_.shelves()[0].refused, 2u) << "not aligned, and a line that it does not have";
}

TEST_F(CardSocketTest, LetsGoOfACardThatFloodsTheBusWithEvents) {
  const auto card = attach(description());
  std::optional<CardMessage> said;
  for (int i = 0; i < 100 && !said; ++i) {
    for (int j = 0; j < 25; ++j) {
      card->write(PortEvent{kAt, OffHook{}});
      card->write(PortEvent{kAt, OnHook{}});
    }
    stepped_.step();
    said = next(*card);
  }
  ASSERT_TRUE(said && std::holds_alternative<Refused>(*said));
  EXPECT_EQ(std::get<Refused>(*said).code, "tdm.card-floods");
  EXPECT_FALSE(bus_.shelves()[0].attached);
}

TEST_F(CardSocketTest, NeverWaitsForACardThatDoesNotRead) {
  const auto card = attach(description());
  stepped_.take_events();
  Bytes block(kBlockOctets);
  clear_block(block, G711Law::a);
  // It speaks and never listens: its side of the socket fills, and the bus goes on.
  for (int i = 0; i < 300 && bus_.shelves()[0].blocks_unsent == 0; ++i) {
    card->write_block(0, block);
    stepped_.step();
  }
  EXPECT_GT(bus_.shelves()[0].blocks_unsent, 0u);
  bus_.tell(port_, StopRing{});
  stepped_.step(2);
  EXPECT_EQ(stepped_.take_events(), (Events{{port_, OutOfService{"tdm.card-stuck"}}}))
      << "it would not know any more what calls there are";
}

TEST_F(CardSocketTest, TellsACardThatNobodyListens) {
  const auto failed = CardLink::connect(folder_.socket() + "-none");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "tdm.socket");
}

}  // namespace
}  // namespace cadenas::media::tdm
