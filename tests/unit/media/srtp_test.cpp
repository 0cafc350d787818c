#include <algorithm>
#include <span>

#include <gtest/gtest.h>

#include "media/receive_keys.hpp"
#include "media/send_keys.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using test::params;
using test::receiver_report;
using test::rtp_packet;

constexpr Suite kSuite = Suite::aes_cm_128_hmac_sha1_80;

Bytes protect(SrtpSender& sender, Bytes packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + 20);
  EXPECT_EQ(sender.protect(packet, octets), SrtpStatus::ok);
  packet.resize(octets);
  return packet;
}
Bytes protect(SrtcpSender& sender, Bytes packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + 20);
  EXPECT_EQ(sender.protect(packet, octets), SrtpStatus::ok);
  packet.resize(octets);
  return packet;
}
template <class Receiver>
SrtpStatus open(Receiver& receiver, Bytes packet) {
  return receiver.open(packet, Opening::decrypt).status;
}

TEST(Srtp, GivesBackWhatWasProtectedForEverySuite) {
  for (const SuiteFacts& suite : all_suites()) {
    SrtpSender sender(params(suite.suite));
    SrtpReceiver receiver(params(suite.suite));
    for (const std::size_t payload : {0, 1, 20, 160, 1400}) {
      const Bytes plain = rtp_packet(7, static_cast<std::uint16_t>(payload), payload);
      Bytes packet = protect(sender, plain);
      EXPECT_EQ(packet.size(), plain.size() + suite.rtp_tag);
      const Receipt receipt = receiver.open(packet, Opening::decrypt);
      ASSERT_EQ(receipt.status, SrtpStatus::ok) << suite.sdp_name;
      packet.resize(receipt.octets);
      EXPECT_EQ(packet, plain) << suite.sdp_name << " " << payload;
    }
  }
}

TEST(Srtp, RefusesEveryPacketInWhichOneBitChanged) {
  for (const SuiteFacts& suite : all_suites()) {
    SrtpSender sender(params(suite.suite));
    SrtpReceiver receiver(params(suite.suite));
    const Bytes good = protect(sender, rtp_packet(7, 1, 20));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1 << bit % 8));
      const Bytes before = bad;
      EXPECT_NE(receiver.open(bad, Opening::decrypt).status, SrtpStatus::ok) << suite.sdp_name << " " << bit;
      EXPECT_EQ(bad, before) << "a refused packet stays as it was";
    }
    EXPECT_EQ(receiver.streams(), 0u) << "only authentic packets make state";
    EXPECT_EQ(open(receiver, good), SrtpStatus::ok);
  }
}

TEST(Srtp, RefusesReplay) {
  SrtpSender sender(params(kSuite));
  SrtpReceiver receiver(params(kSuite));
  const Bytes first = protect(sender, rtp_packet(7, 100));
  EXPECT_EQ(open(receiver, first), SrtpStatus::ok);
  EXPECT_EQ(open(receiver, first), SrtpStatus::replayed);
  for (std::uint16_t s = 101; s < 300; ++s)
    EXPECT_EQ(open(receiver, protect(sender, rtp_packet(7, s))), SrtpStatus::ok);
  EXPECT_EQ(open(receiver, first), SrtpStatus::replayed) << "older than the window";
}

TEST(Srtp, VerifyOnlyLeavesThePacketEncryptedAndStillSeesReplay) {
  for (const SuiteFacts& suite : all_suites()) {
    SrtpSender sender(params(suite.suite));
    SrtpReceiver receiver(params(suite.suite));
    const Bytes sent = protect(sender, rtp_packet(7, 9));
    Bytes packet = sent;
    packet[50] ^= 1;
    const Bytes forged = packet;
    EXPECT_EQ(receiver.open(packet, Opening::verify_only).status, SrtpStatus::auth_failed) << suite.sdp_name;
    EXPECT_EQ(packet, forged);
    packet = sent;
    const Receipt receipt = receiver.open(packet, Opening::verify_only);
    EXPECT_EQ(receipt.status, SrtpStatus::ok) << suite.sdp_name;
    EXPECT_EQ(receipt.octets, sent.size());
    EXPECT_EQ(packet, sent);
    EXPECT_EQ(open(receiver, sent), SrtpStatus::replayed);
  }
}

TEST(Srtp, SignsAgainWhereTheTagStandsAloneAndNeverWithAnAead) {  // RFC 7714 §10: a nonce for two messages
  for (const SuiteFacts& suite : all_suites()) {
    SrtpSender sender(params(suite.suite));
    SrtpReceiver receiver(params(suite.suite));
    Bytes packet = protect(sender, rtp_packet(7, 9, 20, 101));
    packet[1] = 96;
    const Bytes before = packet;
    ASSERT_EQ(sender.sign_again(packet, 9), !suite.is_aead());
    if (suite.is_aead()) {
      EXPECT_EQ(packet, before);
    } else {
      EXPECT_EQ(open(receiver, packet), SrtpStatus::ok) << suite.sdp_name;
    }
  }
}

TEST(Srtp, CountsRolloverThroughThreeWraps) {
  SrtpSender sender(params(kSuite));
  SrtpReceiver receiver(params(kSuite));
  std::uint16_t sequence = 65'000;
  for (int i = 0; i < 200'000; ++i, ++sequence) {
    Bytes packet = protect(sender, rtp_packet(7, sequence, 4));
    const Receipt receipt = receiver.open(packet, Opening::decrypt);
    ASSERT_EQ(receipt.status, SrtpStatus::ok) << i;
    ASSERT_EQ(receipt.index, 65'000u + static_cast<unsigned>(i));
  }
}

TEST(Srtp, FindsAStreamWhoseFirstPacketsWereLostAroundTheWrap) {
  // RFC 3711 §3.3.1: the sender is one round on when the receiver hears its first packet.
  for (const SuiteFacts& suite : all_suites()) {
    SrtpSender sender(params(suite.suite));
    SrtpReceiver receiver(params(suite.suite));
    const Bytes late = protect(sender, rtp_packet(7, 65'535));
    Bytes first = protect(sender, rtp_packet(7, 0));
    const Receipt receipt = receiver.open(first, Opening::decrypt);
    EXPECT_EQ(receipt.status, SrtpStatus::ok) << suite.sdp_name;
    first.resize(receipt.octets);
    EXPECT_EQ(first, rtp_packet(7, 0));
    EXPECT_EQ(open(receiver, late), SrtpStatus::ok) << "reordered over the wrap";
    EXPECT_EQ(open(receiver, protect(sender, rtp_packet(7, 1))), SrtpStatus::ok);
  }
}

TEST(Srtp, KeepsEachSsrcApart) {
  SrtpSender sender(params(kSuite));
  SrtpReceiver receiver(params(kSuite));
  for (std::uint32_t ssrc = 1; ssrc <= StreamTable<int>::kMax; ++ssrc) {
    EXPECT_EQ(open(receiver, protect(sender, rtp_packet(ssrc, 5))), SrtpStatus::ok);
  }
  EXPECT_EQ(open(receiver, protect(sender, rtp_packet(1, 6))), SrtpStatus::ok) << "an old stream goes on";
  Bytes one_more = rtp_packet(1000, 5);
  std::size_t octets = one_more.size();
  one_more.resize(octets + 10);
  EXPECT_EQ(sender.protect(one_more, octets), SrtpStatus::limit);
  SrtpSender another(params(kSuite));
  EXPECT_EQ(open(receiver, protect(another, rtp_packet(1000, 5))), SrtpStatus::limit);
}

TEST(Srtp, NeverUsesAKeystreamTwice) {
  SrtpSender sender(params(kSuite));
  protect(sender, rtp_packet(7, 10));
  Bytes other = rtp_packet(7, 10, 80);
  const Bytes before = other;
  std::size_t octets = other.size();
  other.resize(octets + 10);
  EXPECT_EQ(sender.protect(other, octets), SrtpStatus::replayed);
  other.resize(octets);
  EXPECT_EQ(other, before);
}

TEST(Srtp, SaysWhatIsWrongWithShortOrStrangePackets) {
  SrtpSender sender(params(kSuite));
  SrtpReceiver receiver(params(kSuite));
  EXPECT_EQ(open(receiver, {}), SrtpStatus::malformed);
  EXPECT_EQ(open(receiver, Bytes(200, 0)), SrtpStatus::malformed);
  EXPECT_EQ(open(receiver, rtp_packet(1, 1, 9)), SrtpStatus::too_short);
  Bytes full = rtp_packet(1, 1);
  std::size_t octets = full.size();
  EXPECT_EQ(sender.protect(full, octets), SrtpStatus::limit) << "no room for the tag";
}

TEST(Srtcp, GivesBackWhatWasProtectedForEverySuiteAndRefusesReplay) {
  for (const SuiteFacts& suite : all_suites()) {
    SrtcpSender sender(params(suite.suite));
    SrtcpReceiver receiver(params(suite.suite));
    for (std::uint8_t i = 0; i < 5; ++i) {
      const Bytes plain = receiver_report(7, i);
      const Bytes sent = protect(sender, plain);
      EXPECT_EQ(sent.size(), plain.size() + (suite.is_aead() ? 20 : 14)) << "SRTCP keeps the long tag";
      Bytes packet = sent;
      const Receipt receipt = receiver.open(packet, Opening::decrypt);
      ASSERT_EQ(receipt.status, SrtpStatus::ok);
      EXPECT_EQ(receipt.index, i);
      packet.resize(receipt.octets);
      EXPECT_EQ(packet, plain);
      EXPECT_EQ(open(receiver, sent), SrtpStatus::replayed);
    }
  }
}

TEST(Srtcp, AuthenticatesTheIndexAndTheEBit) {
  for (const SuiteFacts& suite : all_suites()) {
    SrtcpSender sender(params(suite.suite));
    SrtcpReceiver receiver(params(suite.suite));
    const Bytes good = protect(sender, receiver_report(7));
    const std::size_t field = good.size() - (suite.is_aead() ? 4 : 14);
    for (const std::size_t at : {field, field + 3}) {
      Bytes bad = good;
      bad[at] ^= 0x80;
      EXPECT_EQ(open(receiver, bad), SrtpStatus::auth_failed) << suite.sdp_name;
    }
    EXPECT_EQ(open(receiver, Bytes(good.begin(), good.begin() + 20)), SrtpStatus::too_short);
  }
}

TEST(Srtcp, TakesAnAuthenticPacketThatIsNotEncrypted) {
  // RFC 3711 §3.4, RFC 7714 §9.3: the E bit says so packet by packet.
  for (const SuiteFacts& suite : all_suites()) {
    const Trailer trailer(suite, Protocol::rtcp);
    const Bytes plain = receiver_report(7);
    Bytes packet(plain.size() + trailer.octets());
    std::ranges::copy(plain, packet.begin());
    const std::span<std::uint8_t> whole(packet);
    trailer.index_field(whole)[3] = 3;
    ASSERT_EQ(SrtpCipher(params(suite.suite), Protocol::rtcp)
                  .seal({.ssrc = 7,
                         .index = 3,
                         .body = whole.first(plain.size()),
                         .clear = plain.size(),
                         .index_field = trailer.index_field(whole),
                         .tag = trailer.tag(whole)}),
              SrtpStatus::ok);
    SrtcpReceiver receiver(params(suite.suite));
    const Receipt receipt = receiver.open(packet, Opening::decrypt);
    EXPECT_EQ(receipt.status, SrtpStatus::ok) << suite.sdp_name;
    packet.resize(receipt.octets);
    EXPECT_EQ(packet, plain);
  }
}

TEST(ReceiveKeys, TakesTheOldKeyUntilTheNewOneVerifies) {
  // RFC 4568 §7.1.4.
  SrtpSender old_sender(params(kSuite, 1));
  SrtpSender new_sender(params(kSuite, 2));
  ReceiveKeys keys;
  keys.set(params(kSuite, 1));
  const auto status = [&](Bytes packet) { return keys.open_rtp(packet, Opening::decrypt).receipt.status; };
  EXPECT_EQ(status(protect(old_sender, rtp_packet(7, 1))), SrtpStatus::ok);
  keys.set(params(kSuite, 2));
  EXPECT_EQ(status(protect(old_sender, rtp_packet(7, 2))), SrtpStatus::ok);
  const Bytes in_flight = protect(old_sender, rtp_packet(7, 3));
  EXPECT_EQ(status(protect(new_sender, rtp_packet(7, 4))), SrtpStatus::ok);
  EXPECT_EQ(status(in_flight), SrtpStatus::auth_failed);
}

TEST(ReceiveKeys, KeepsTheRolloverCounterWhenTheSameKeyIsSetAgain) {
  SrtpSender sender(params(kSuite));
  ReceiveKeys keys;
  keys.set(params(kSuite));
  const auto status = [&](Bytes packet) { return keys.open_rtp(packet, Opening::decrypt).receipt.status; };
  EXPECT_EQ(status(protect(sender, rtp_packet(7, 65'535))), SrtpStatus::ok);
  EXPECT_EQ(status(protect(sender, rtp_packet(7, 0))), SrtpStatus::ok);
  for (std::uint16_t s = 1; s < 50'000; s = static_cast<std::uint16_t>(s + 5'000)) {
    EXPECT_EQ(status(protect(sender, rtp_packet(7, s))), SrtpStatus::ok);
  }
  const Bytes replay = protect(sender, rtp_packet(7, 50'000));
  EXPECT_EQ(status(replay), SrtpStatus::ok);
  keys.set(params(kSuite));
  EXPECT_EQ(status(replay), SrtpStatus::replayed);
  EXPECT_EQ(status(protect(sender, rtp_packet(7, 50'001))), SrtpStatus::ok);
}

TEST(ReceiveKeys, GoesOnWithTheOldCountersWhenAnOfferedKeyIsTakenBack) {
  SrtpSender sender(params(kSuite, 1));
  ReceiveKeys keys;
  keys.set(params(kSuite, 1));
  Bytes seen = protect(sender, rtp_packet(7, 1));
  Bytes again = seen;
  EXPECT_EQ(keys.open_rtp(seen, Opening::decrypt).receipt.status, SrtpStatus::ok);
  keys.set(params(kSuite, 2));
  keys.set(params(kSuite, 1));
  EXPECT_EQ(keys.open_rtp(again, Opening::decrypt).receipt.status, SrtpStatus::replayed);
}

}  // namespace
}  // namespace cadenas::media
