#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/band_sums.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/member_audio.hpp"
#include "media/audio/member_speech.hpp"
#include "media/audio/shared_encoders.hpp"

namespace cadenas::media {

/// The audio of one member: hears what it says, frame by frame, and tells it the sum of the others. It works in the
/// band of the codec that the member is sent. It belongs to one media thread; it allocates only when made, which is
/// work for another thread.
class MemberVoice {
 public:
  /// Throws std::logic_error where `audio` has no voice.
  explicit MemberVoice(MemberAudio audio);

  const MemberAudio& agreed() const { return agreed_; }
  SampleRate rate() const { return facts(agreed_.sends.codec).rate; }

  /// Takes a plain packet. A digit that begins with it.
  std::optional<char> put(const RtpPacket& packet, base::SteadyTime now);

  /// Takes the next 20 ms of what it says; once a frame, before the others below. Digits that were heard in it: only
  /// where telephone events were not agreed on, which else would say them twice.
  HeardDigits hear(base::SteadyTime now);
  // See MemberSpeech.
  int level() const { return speech_.level(); }
  bool speaks() const { return speech_.speaks(); }
  void add_to(BandSums& sums) { speech_.add_to(sums); }

  /// Tells it the frame: without itself if it `is_in` the sum, else what all hear, from the encoder that is shared.
  void tell(BandSums& sums, SharedEncoders& shared, bool is_in);
  /// Tells it silence instead.
  void tell_nothing();
  /// Sends it no packet for the frame.
  void skip() { sender_.put_nothing(); }
  /// Writes the next packet that is due, as AudioSender::next.
  std::size_t next(std::span<std::uint8_t> out) { return sender_.next(out); }

 private:
  MemberAudio agreed_;
  AudioReceiver receiver_;
  AudioSender sender_;
  std::optional<DtmfDetector> detector_;
  MemberSpeech speech_;
};

}  // namespace cadenas::media
