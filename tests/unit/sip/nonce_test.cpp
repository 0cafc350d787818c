#include "sip/nonce.hpp"

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

using namespace std::chrono_literals;

class Nonce : public testing::Test {
 protected:
  static base::SecretBytes key(std::uint8_t octet = 7) { return base::SecretBytes(base::Bytes(32, octet)); }
  base::ManualClock clock{base::WallTime{1'700'000'000'000ms}};
  NonceBook book{clock, key(), {60s, 3}};
};

TEST_F(Nonce, IssuedOneIsFreshUntilItsLifetimeIsOver) {
  const auto nonce = book.issue();
  EXPECT_EQ(book.check(nonce, 1, "r"), NonceState::fresh);
  clock.advance(60s);
  EXPECT_EQ(book.check(nonce, 1, "r"), NonceState::fresh);
  clock.advance(1ms);
  EXPECT_EQ(book.check(nonce, 1, "r"), NonceState::stale);
}

TEST_F(Nonce, ForeignOrAlteredOneIsUnknown) {
  EXPECT_EQ(book.check("", 1, "r"), NonceState::unknown);
  EXPECT_EQ(book.check("dcd98b7102dd2f0e8b11d0f600bfb0c093", 1, "r"), NonceState::unknown);
  NonceBook other(clock, key(8));
  EXPECT_EQ(book.check(other.issue(), 1, "r"), NonceState::unknown);
  const auto nonce = book.issue();
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    auto altered = nonce;
    altered[i] = altered[i] == '0' ? '1' : '0';
    EXPECT_EQ(book.check(altered, 1, "r"), NonceState::unknown) << i;
  }
}

TEST_F(Nonce, BooksWithOneKeyRecogniseEachOther) {
  NonceBook twin(clock, key());
  EXPECT_EQ(twin.check(book.issue(), 1, "r"), NonceState::fresh);
}

TEST_F(Nonce, CountIsGoodOnceAndItsRetransmissionIsTold) {
  const auto nonce = book.issue();
  EXPECT_EQ(book.accept(nonce, 1, "one"), NonceState::fresh);
  EXPECT_EQ(book.accept(nonce, 1, "one"), NonceState::same_request);
  EXPECT_EQ(book.accept(nonce, 1, "other"), NonceState::replayed);
  EXPECT_EQ(book.accept(nonce, 4, "four"), NonceState::fresh);
  EXPECT_EQ(book.accept(nonce, 2, "two"), NonceState::fresh) << "overtaken on the way";
  EXPECT_EQ(book.accept(nonce, 2, "two"), NonceState::replayed);
  EXPECT_EQ(book.accept(nonce, 200, "far"), NonceState::fresh);
  EXPECT_EQ(book.accept(nonce, 4, "four"), NonceState::replayed);
  EXPECT_EQ(book.accept(nonce, 100, "too far behind"), NonceState::replayed);
}

TEST_F(Nonce, WithoutCountItIsGoodForOneResponse) {
  const auto nonce = book.issue();
  EXPECT_EQ(book.accept(nonce, 0, "one"), NonceState::fresh);
  EXPECT_EQ(book.accept(nonce, 0, "one"), NonceState::same_request);
  EXPECT_EQ(book.accept(nonce, 0, "two"), NonceState::replayed);
  EXPECT_EQ(book.accept(nonce, 1, "three"), NonceState::replayed);
}

TEST_F(Nonce, MemoryIsBoundedAndForgettingNeverAllowsAReplay) {
  std::vector<std::string> nonces;
  for (int i = 0; i < 6; ++i) {
    nonces.push_back(book.issue());
    EXPECT_EQ(book.accept(nonces.back(), 1, "r"), NonceState::fresh);
    EXPECT_LE(book.remembered(), 3U);
    clock.advance(1ms);
  }
  EXPECT_EQ(book.check(nonces[0], 1, "other"), NonceState::stale);
  EXPECT_EQ(book.check(nonces[2], 1, "r"), NonceState::stale);
  EXPECT_EQ(book.check(nonces[5], 1, "r"), NonceState::same_request);
}

TEST_F(Nonce, ExpiredOnesMakeRoomWithoutMakingOthersStale) {
  const auto old = book.issue();
  book.accept(old, 1, "r");
  clock.advance(61s);
  const auto waiting = book.issue();
  book.accept(book.issue(), 1, "r");
  EXPECT_EQ(book.remembered(), 1U);
  EXPECT_EQ(book.check(waiting, 1, "r"), NonceState::fresh);
}

}  // namespace
}  // namespace cadenas::sip
