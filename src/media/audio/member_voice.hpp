#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "media/audio/audio_receiver.hpp"
#include "media/audio/audio_sender.hpp"
#include "media/audio/band_sums.hpp"
#include "media/audio/dtmf_detector.hpp"
#include "media/audio/member_audio.hpp"
#include "media/audio/resampler.hpp"
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
  int level() const { return level_; }  ///< of that, dBov: -127…0
  /// The others are to hear it: it was louder than the noise of a quiet room within the last second.
  bool speaks() const { return frames_to_hear_ > 0; }
  /// Adds it to the sum in each band that is used.
  void add_to(BandSums& sums);

  /// Tells it the frame: without itself if it `is_in` the sum, else what all hear, from the encoder that is shared.
  void tell(BandSums& sums, SharedEncoders& shared, bool is_in);
  /// Tells it silence instead.
  void tell_nothing();
  /// Writes the next packet that is due, as AudioSender::next.
  std::size_t next(std::span<std::uint8_t> out) { return sender_.next(out); }

 private:
  Samples frame() const { return Samples(frame_).first(samples_in(rate(), kFrameMs)); }
  Samples in_band(SampleRate rate);

  /// What it says, in a band that is not its own.
  struct Converted {
    Resampler resampler;
    std::array<std::int16_t, kMaxFrameSamples> frame{};
    bool is_done = false;
  };

  MemberAudio agreed_;
  AudioReceiver receiver_;
  AudioSender sender_;
  std::optional<DtmfDetector> detector_;
  std::vector<Converted> converted_;  // by band; the one of its own is not used
  std::array<std::int16_t, kMaxFrameSamples> frame_{};
  int level_ = -127;
  int frames_to_hear_ = 0;
};

}  // namespace cadenas::media
