#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include "media/audio/frame.hpp"

struct dtmf_rx_state_s;

namespace cadenas::media {

/// Digits that have just been heard.
struct HeardDigits {
  std::array<char, 8> digits{};
  std::size_t count = 0;

  std::string_view text() const { return {digits.data(), count}; }
};

/// Hears DTMF in the audio of one party (ITU-T Q.24), at 8 kHz. One thread at a time; allocates only when made.
class DtmfDetector {
 public:
  /// Throws std::bad_alloc without memory.
  DtmfDetector();

  /// Takes the next samples. A digit is given once, some 40 ms after it began.
  HeardDigits hear(Samples frame);
  /// A digit sounds at the end of what was taken, or what may become one.
  bool is_sounding() const;

 private:
  struct Free {
    void operator()(dtmf_rx_state_s* state) const;
  };
  std::unique_ptr<dtmf_rx_state_s, Free> state_;
};

}  // namespace cadenas::media
