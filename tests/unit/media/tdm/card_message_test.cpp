#include "media/tdm/card_message.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace cadenas::media::tdm {
namespace {

using base::Bytes;

ShelfDescription shelf() {
  return {"rack", G711Law::mu, 2, {{{0, 1}, PortKind::analogue, true}, {{1, 31}, PortKind::t2, false}}};
}

template <class T>
void expect_survives(const T& message) {
  const base::Result<CardMessage> read = parse_card_message(write_card_message(message));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(std::holds_alternative<T>(*read));
  EXPECT_EQ(std::get<T>(*read), message);
}

std::string code_of(const Bytes& packet) {
  const base::Result<CardMessage> read = parse_card_message(packet);
  return read ? "none" : read.error().code;
}

TEST(CardMessage, IsReadAsItWasWritten) {
  expect_survives(Hello{shelf()});
  expect_survives(Welcome{});
  expect_survives(Refused{"tdm.shelf-attached"});
  const SlotId port{3, 17};
  for (const Event& event : {Event(InService{}), Event(OutOfService{"tdm.port-fault"}), Event(OffHook{}),
                             Event(OnHook{}), Event(HookFlash{}), Event(Digit{'#'}), Event(tdm::Setup{"0123", "+33"}),
                             Event(tdm::Setup{}), Event(Alerting{}), Event(Answer{}), Event(Release{17})}) {
    expect_survives(PortEvent{port, event});
  }
  for (const Command& command :
       {Command(Ring{"200", {1500, 3500}}), Command(StopRing{}), Command(tdm::Setup{"0123", ""}), Command(Alerting{}),
        Command(Answer{}), Command(Release{34})}) {
    expect_survives(PortCommand{port, command});
  }
}

TEST(CardMessage, CarriesABlockOfALine) {
  Bytes block(kBlockOctets);
  clear_block(block, G711Law::a);
  Bytes packet(kMostMessage);
  write_block(5, 0xfedcba98, block, packet);
  const base::Result<CardMessage> read = parse_card_message(packet);
  ASSERT_TRUE(read);
  const Block& got = std::get<Block>(*read);
  EXPECT_EQ(got.line, 5);
  EXPECT_EQ(got.sequence, 0xfedcba98);
  EXPECT_TRUE(std::ranges::equal(got.octets, block));
}

TEST(CardMessage, OfWrongLengthIsRefusedAtEveryOctet) {
  for (const CardMessage& message :
       {CardMessage(Hello{shelf()}), CardMessage(Refused{"tdm.x"}),
        CardMessage(PortEvent{{0, 1}, tdm::Setup{"1", "2"}}), CardMessage(PortCommand{{0, 1}, Ring{"1", {}}}),
        CardMessage(PortEvent{{0, 1}, Release{16}})}) {
    Bytes packet = write_card_message(message);
    for (std::size_t octets = 0; octets < packet.size(); ++octets) {
      const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(octets));
      EXPECT_FALSE(parse_card_message(cut)) << octets;
    }
    packet.push_back(0);
    EXPECT_EQ(code_of(packet), "tdm.message-length");
  }
  EXPECT_EQ(code_of({}), "tdm.message-length");
  Bytes block(kMostMessage - 1);
  block[0] = 4;
  EXPECT_EQ(code_of(block), "tdm.message-length");
}

TEST(CardMessage, OfAnotherKindOrVersionIsToldApart) {
  EXPECT_EQ(code_of({99}), "tdm.message-type");
  EXPECT_EQ(code_of({0}), "tdm.message-type");
  Bytes hello = write_card_message(Hello{shelf()});
  hello[1] = kCardVersion + 1;
  hello.resize(9);
  EXPECT_EQ(code_of(hello), "tdm.version") << "whatever else it holds";
}

/// A hello with one octet changed.
std::string field_of_hello_with(std::size_t at, std::uint8_t octet) {
  Bytes hello = write_card_message(Hello{shelf()});
  hello[at] = octet;
  const base::Result<CardMessage> read = parse_card_message(hello);
  return read ? "none" : read.error().field;
}

TEST(CardMessage, HelloHoldsOnlyWhatAShelfCanBe) {
  EXPECT_EQ(field_of_hello_with(2, 2), "law");
  EXPECT_EQ(field_of_hello_with(3, 0), "lines");
  EXPECT_EQ(field_of_hello_with(3, kMostLines + 1), "lines");
  EXPECT_EQ(field_of_hello_with(5, '/'), "name");
  EXPECT_EQ(field_of_hello_with(9, 0xff), "ports");
  constexpr std::size_t kFirstPort = 11;
  EXPECT_EQ(field_of_hello_with(kFirstPort, 2), "slot") << "on a line that it does not have";
  EXPECT_EQ(field_of_hello_with(kFirstPort + 1, 16), "slot");
  EXPECT_EQ(field_of_hello_with(kFirstPort + 2, 6), "kind");
  EXPECT_EQ(field_of_hello_with(kFirstPort + 3, 2), "flags");
  ShelfDescription twice = shelf();
  twice.ports.push_back(twice.ports.front());
  EXPECT_EQ(code_of(write_card_message(Hello{twice})), "tdm.message-field");
}

TEST(CardMessage, OfAPortHoldsOnlyWhatIsInRange) {
  const auto code = [](std::initializer_list<std::uint8_t> octets) { return code_of(Bytes(octets)); };
  EXPECT_EQ(code({5, 0, 0, 3}), "tdm.message-field") << "slot 0";
  EXPECT_EQ(code({5, 8, 1, 3}), "tdm.message-field") << "line 8";
  EXPECT_EQ(code({5, 0, 1, 11, 0, 0, 0, 0, 0}), "tdm.message-field") << "a ring is no event";
  EXPECT_EQ(code({6, 0, 1, 3}), "tdm.message-field") << "off hook is no command";
  EXPECT_EQ(code({5, 0, 1, 6, 'x'}), "tdm.message-field");
  EXPECT_EQ(code({5, 0, 1, 10, 0}), "tdm.message-field") << "cause 0";
  EXPECT_EQ(code({5, 0, 1, 10, 128}), "tdm.message-field");
  EXPECT_EQ(code({5, 0, 1, 7, 1, 'a', 0}), "tdm.message-field");
  EXPECT_EQ(code({3, 1, ' '}), "tdm.message-field");
}

TEST(CardMessage, WritesNothingThatItWouldNotRead) {
  const SlotId port{0, 1};
  EXPECT_TRUE(parse_card_message(write_card_message(PortCommand{port, tdm::Setup{std::string(300, '1'), "Zoë"}})));
  EXPECT_TRUE(parse_card_message(write_card_message(PortCommand{port, Release{0}})));
  EXPECT_TRUE(parse_card_message(write_card_message(Refused{"not a code"})));
}

TEST(E1Block, HoldsEachSlotOfEachFrameInItsPlace) {
  Bytes block(kBlockOctets);
  clear_block(block, G711Law::mu);
  SlotFrame voice;
  for (std::size_t i = 0; i < voice.size(); ++i) voice[i] = static_cast<std::uint8_t>(i);
  write_slot(block, 3, voice);
  EXPECT_EQ(block[3], 0);
  EXPECT_EQ(block[32 * 159 + 3], 159);
  EXPECT_EQ(block[2], 0xff) << "silence of mu-law";
  SlotFrame read;
  read_slot(block, 3, read);
  EXPECT_EQ(read, voice);
  EXPECT_TRUE(is_aligned(block));
  std::rotate(block.begin(), block.begin() + 1, block.end());
  EXPECT_FALSE(is_aligned(block)) << "shifted by a slot";
}

}  // namespace
}  // namespace cadenas::media::tdm
