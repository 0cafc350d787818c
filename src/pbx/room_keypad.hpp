#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/bytes.hpp"

namespace cadenas::pbx {

/// What a member of a conference dials in it: first the PIN and `#`, where one is asked for; then `*` and a digit.
/// A value.
class RoomKeypad {
 public:
  static constexpr unsigned kMostTries = 3;

  enum class Wish : std::uint8_t {
    enter,    ///< the PIN was right
    give_up,  ///< it was wrong once too often
    leave,    ///< *0
    mute,     ///< *1, and again to be heard
    lock,     ///< *5, and again to let others in
  };

  /// `pin`: null where none is asked for.
  explicit RoomKeypad(std::shared_ptr<const base::SecretBytes> pin) : pin_(std::move(pin)) {}

  bool asks_pin() const { return pin_ != nullptr; }

  std::optional<Wish> dial(char digit) {
    if (pin_) return enter(digit);
    if (digit == '*') {
      after_star_ = true;
      return std::nullopt;
    }
    if (!after_star_) return std::nullopt;
    after_star_ = false;
    if (digit == '0') return Wish::leave;
    if (digit == '1') return Wish::mute;
    if (digit == '5') return Wish::lock;
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kLongestPin = 12;

  std::optional<Wish> enter(char digit) {
    if (digit != '#') {
      // One more than the longest is kept, so that a longer one is wrong.
      if (dialled_.size() <= kLongestPin) dialled_.push_back(static_cast<std::uint8_t>(digit));
      return std::nullopt;
    }
    const base::SecretBytes tried(std::exchange(dialled_, {}));
    if (base::equal_constant_time(tried.view(), pin_->view())) {
      pin_ = nullptr;
      return Wish::enter;
    }
    if (++tries_ < kMostTries) return std::nullopt;
    return Wish::give_up;
  }

  std::shared_ptr<const base::SecretBytes> pin_;
  base::Bytes dialled_;
  unsigned tries_ = 0;
  bool after_star_ = false;
};

}  // namespace cadenas::pbx
