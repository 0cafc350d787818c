#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/digit_player.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/tdm/port.hpp"
#include "media/tdm/slot_audio.hpp"

namespace cadenas::media::tdm {

/// The voice of an RTP leg whose other side is a time slot: linear audio of 8 kHz on that side, frame by frame. Digits
/// change their form on the way: a telephone event becomes a tone in the slot, a tone in the slot an event where the
/// peer takes those (voice towards such a peer is held back by 20 ms for that). It belongs to one media thread; it
/// allocates only when made, which is work for another thread.
class SlotVoice {
 public:
  /// Throws std::logic_error where `audio` has no voice.
  explicit SlotVoice(SlotAudio audio);

  const SlotAudio& agreed() const { return agreed_; }

  /// Takes a plain packet of the peer.
  void put(const RtpPacket& packet, base::SteadyTime now);
  /// Writes the next 20 ms that the slot is to hear.
  void to_slot(base::SteadyTime now, SampleBuffer out);

  /// Takes the next 20 ms that the slot says.
  void from_slot(Samples frame);
  /// In place of `from_slot` where nothing is to be sent.
  void skip() { sender_.put_nothing(); }
  /// Sends the peer a digit after those that wait; what is no digit is left out.
  void dial(char digit);
  /// Writes the next packet that is due to the peer, as AudioSender::next.
  std::size_t next(std::span<std::uint8_t> out) { return sender_.next(out); }

 private:
  void take_digits_out(std::array<std::int16_t, kFrameOctets>& said);
  void send_digit();

  SlotAudio agreed_;
  AudioReceiver receiver_;
  AudioSender sender_;
  DtmfDetector detector_;
  std::array<std::int16_t, kFrameOctets> held_{};  // the frame before
  bool held_is_tone_ = false;
  DigitPlayer heard_digits_;                // from the peer, on their way into the slot
  DigitPlayer dialled_tones_;               // to a peer that takes no events
  std::array<std::uint8_t, 32> dialled_{};  // events to the peer, a ring
  std::size_t dialled_first_ = 0;
  std::size_t dialled_count_ = 0;
};

}  // namespace cadenas::media::tdm
