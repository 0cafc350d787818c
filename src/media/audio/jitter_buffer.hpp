#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "media/audio/delay_estimate.hpp"
#include "media/audio/frame.hpp"

namespace cadenas::media {

/// What a packet of an audio stream carries.
enum class Carried : std::uint8_t {
  voice,
  comfort_noise,  ///< a description of the pause that begins (RFC 3389)
  other,          ///< takes a sequence number and no time of the audio: a telephone event
};

/// A packet as the jitter buffer takes it; the payload is copied.
struct ArrivedAudio {
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint8_t payload_type = 0;
  Carried carried = Carried::voice;
  std::uint32_t units = 0;  ///< how long it sounds, in units of the RTP clock; 0 if it is not voice
  base::ByteView payload;
};

/// What is to sound next.
struct Playout {
  enum class Kind : std::uint8_t {
    voice,          ///< decode `payload`
    lost,           ///< conceal `units`; `payload` is the packet right after it if that is here, else empty
    comfort_noise,  ///< `payload` describes the noise from now on; it takes no time: ask again
    pause,          ///< nothing is due now: comfort noise if that was described since the last voice, else silence
  };
  /// Whether to stretch or to shorten the audio a little so that the delay gets where it should be.
  enum class Pace : std::uint8_t { keep, faster, slower };

  Kind kind = Kind::pause;
  Pace pace = Pace::keep;
  std::uint8_t payload_type = 0;
  std::uint32_t units = 0;  ///< of voice and of what is lost; for a pause what is left of the frame
  base::ByteView payload;   ///< good until the next call
};

/// Packets, but for `jitter` (units of the RTP clock). Each received packet but those of a restart is played once or
/// counted in one of the four counts below `received`.
struct JitterStats {
  std::uint64_t received = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t late = 0;       ///< its turn was over
  std::uint64_t discarded = 0;  ///< waited too long, was pushed out, or went in a restart
  std::uint64_t refused = 0;    ///< too large, or of a source or place in the order that a second one did not confirm
  std::uint64_t reordered = 0;  ///< came after a newer one, in time
  std::uint64_t lost = 0;       ///< gaps that were to be concealed
  std::uint64_t restarts = 0;   ///< another SSRC, another order of sequence numbers, or a jump of the timestamps
  std::uint32_t jitter = 0;
};

/// Puts a stream of voice back into order and time (RFC 3550 §6.4.1, §A.1). Packets wait as long as `DelayEstimate`
/// finds right, 20 to 200 ms; when a path becomes longer than that at once, they are waited for anew after 25. Time
/// comes from outside. One thread at a time; allocates nothing; never throws.
class JitterBuffer {
 public:
  static constexpr std::uint32_t kLeastMs = 20;
  static constexpr std::uint32_t kMostMs = 200;

  /// `clock` of the timestamps in Hz, 8000 or more.
  explicit JitterBuffer(std::uint32_t clock);

  /// Takes a packet that arrived at `now`.
  void put(const ArrivedAudio& packet, base::SteadyTime now);
  /// What comes next in the stream, to sound from `at` on. Call until a frame is full; `at` never goes back.
  Playout next(base::SteadyTime at);
  /// Forgets the stream, not what was counted. For another clock.
  void restart(std::uint32_t clock);

  std::uint32_t clock() const { return clock_; }
  JitterStats stats() const;
  /// How long packets are to wait, ms.
  std::uint32_t target_ms() const { return static_cast<std::uint32_t>(delay_.target() * 1000 / clock_); }

 private:
  // 32 packets of 10 ms hold more than the longest wait.
  static constexpr std::int64_t kSlots = 32;

  struct Slot {
    std::int64_t sequence = -1;  // extended past 16 bits
    std::int64_t timestamp = 0;  // extended past 32 bits
    std::uint32_t units = 0;
    std::uint16_t octets = 0;
    std::uint8_t payload_type = 0;
    Carried carried = Carried::voice;
    bool waits = false;
    std::array<std::uint8_t, kMaxPayload> payload;

    base::ByteView view() const { return {payload.data(), octets}; }
  };

  std::int64_t units_at(base::SteadyTime time) const;
  Slot& slot(std::int64_t sequence) { return slots_[static_cast<std::size_t>(sequence % kSlots)]; }
  bool confirms_candidate(const ArrivedAudio& packet);
  void begin(const ArrivedAudio& packet);
  void follow_path(std::int64_t transit);
  void discard_waiting();
  void store(const ArrivedAudio& packet, std::int64_t sequence, std::int64_t timestamp);
  Slot* oldest();
  void pass(Slot& passed);
  std::uint32_t frame_units() const { return clock_ / 1000 * static_cast<std::uint32_t>(kFrameMs); }
  Playout pause();
  Playout starve();
  Playout conceal(std::uint32_t units, base::ByteView next);
  Playout play(Slot& due, std::int64_t delay);

  std::uint32_t clock_;
  DelayEstimate delay_;
  JitterStats stats_;
  std::array<Slot, static_cast<std::size_t>(kSlots)> slots_;

  bool begun_ = false;       // a stream is known
  bool has_played_ = false;  // something of it was given out: what is older than that is late
  bool playing_ = false;     // no longer waiting for the first packet of a talk-spurt
  bool in_pause_ = false;    // comfort noise was given since the last voice
  std::uint32_t ssrc_ = 0;
  std::int64_t newest_sequence_ = 0;
  std::int64_t newest_timestamp_ = 0;
  std::int64_t newest_transit_ = 0;
  std::int64_t next_sequence_ = 0;
  std::int64_t next_timestamp_ = 0;
  std::uint32_t last_units_ = 0;
  std::uint32_t starved_ = 0;  // units concealed since a packet was there
  std::uint32_t overdue_ = 0;  // packets in a row that took longer than the quickest one and the longest wait together
  struct Candidate {
    std::uint32_t ssrc;
    std::uint16_t next_sequence;
  };
  std::optional<Candidate> candidate_;  // of another stream: two in a row make it ours (RFC 3550 §A.1)
};

}  // namespace cadenas::media
