#include "media/audio/jitter_buffer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace cadenas::media {
namespace {

// So far behind a packet is late, further the sender counts anew (MAX_MISORDER of RFC 3550 §A.1 is 100).
constexpr std::int64_t kOldestMisorder = 100;
// Extended numbers begin so high that a reordered first packet does not go below 0.
constexpr std::int64_t kFirstSequence = std::int64_t{1} << 16;
constexpr std::int64_t kFirstTimestamp = std::int64_t{1} << 32;
// More than the audio and the concealer of a codec can hide; then the stream has paused or ended.
constexpr std::uint32_t kLongestConcealedMs = 100;
constexpr std::uint32_t kLongestJumpMs = 1000;
// So many packets in a row that come too late to wait their turn are no jitter: the path has become longer.
constexpr std::uint32_t kLateOnesOfALongerPath = 25;
// More than one stretch, so that a longer delay is not at once too long.
constexpr std::uint32_t kSlackMs = 20;
// The shortest frame of any codec is 2.5 ms; a sender of shorter ones must not make us conceal sample by sample.
constexpr std::uint32_t kShortestConcealmentsASecond = 400;

}  // namespace

JitterBuffer::JitterBuffer(std::uint32_t clock) : clock_(clock), delay_(clock, kLeastMs, kMostMs) {}

std::int64_t JitterBuffer::units_at(base::SteadyTime time) const {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return since / 1'000'000 * clock_ + since % 1'000'000 * clock_ / 1'000'000;
}

JitterStats JitterBuffer::stats() const {
  JitterStats stats = stats_;
  stats.jitter = delay_.jitter();
  return stats;
}

void JitterBuffer::restart(std::uint32_t clock) {
  discard_waiting();
  clock_ = clock;
  begun_ = false;
}

void JitterBuffer::discard_waiting() {
  for (Slot& each : slots_) {
    if (each.waits) ++stats_.discarded;
    each.waits = false;
    each.sequence = -1;
  }
}

void JitterBuffer::begin(const ArrivedAudio& packet) {
  discard_waiting();
  delay_ = DelayEstimate(clock_, kLeastMs, kMostMs);
  begun_ = true;
  has_played_ = playing_ = in_pause_ = false;
  starved_ = overdue_ = 0;
  last_units_ = frame_units();
  candidate_.reset();
  ssrc_ = packet.ssrc;
  newest_sequence_ = next_sequence_ = kFirstSequence + packet.sequence;
  newest_timestamp_ = kFirstTimestamp + packet.timestamp;
}

bool JitterBuffer::confirms_candidate(const ArrivedAudio& packet) {
  const bool confirms = candidate_ && candidate_->ssrc == packet.ssrc && candidate_->next_sequence == packet.sequence;
  candidate_ = Candidate{packet.ssrc, static_cast<std::uint16_t>(packet.sequence + 1)};
  return confirms;
}

void JitterBuffer::put(const ArrivedAudio& packet, base::SteadyTime now) {
  ++stats_.received;
  const std::uint32_t most_units = clock_ / 1000 * static_cast<std::uint32_t>(kLongestPacketMs);
  if (packet.payload.size() > kMaxPayload || packet.units > most_units) {
    ++stats_.refused;
    return;
  }
  const std::int64_t arrival = units_at(now);
  if (!begun_) {
    begin(packet);
    newest_transit_ = arrival - newest_timestamp_;
  }
  std::int64_t step = static_cast<std::int16_t>(static_cast<std::uint16_t>(packet.sequence - newest_sequence_));
  if (packet.ssrc != ssrc_ || step >= kSlots || step < -kOldestMisorder) {
    if (!confirms_candidate(packet)) {
      ++stats_.refused;
      return;
    }
    ++stats_.restarts;
    begin(packet);
    newest_transit_ = arrival - newest_timestamp_;
    step = 0;
  }
  std::int64_t sequence = newest_sequence_ + step;
  std::int64_t timestamp =
      newest_timestamp_ + static_cast<std::int32_t>(packet.timestamp - static_cast<std::uint32_t>(newest_timestamp_));
  if (packet.carried != Carried::other) {
    const bool turns_back = step > 0 ? timestamp < newest_timestamp_ : timestamp > newest_timestamp_;
    const bool leaps = std::abs(arrival - timestamp - newest_transit_) > std::int64_t{clock_} / 1000 * kLongestJumpMs;
    if (step < 0 && (turns_back || leaps)) {
      ++stats_.refused;
      return;
    }
    if (step > 0 && (turns_back || leaps)) {
      ++stats_.restarts;
      begin(packet);
      sequence = newest_sequence_;
      timestamp = newest_timestamp_;
    }
    if (slot(sequence).sequence != sequence) follow_path(arrival - timestamp);
  }
  if (slot(sequence).sequence == sequence) {
    ++stats_.duplicated;
    return;
  }
  if (sequence < next_sequence_ && has_played_) {
    ++stats_.late;
    return;
  }
  if (sequence < newest_sequence_ - kSlots + 1) {
    ++stats_.late;  // its slot is another's already
    return;
  }
  if (sequence < newest_sequence_) ++stats_.reordered;
  store(packet, sequence, timestamp);
  if (sequence >= newest_sequence_) {
    newest_sequence_ = sequence;
    if (packet.carried != Carried::other) {
      newest_timestamp_ = timestamp;
      newest_transit_ = arrival - timestamp;
    }
  }
  if (!has_played_) next_sequence_ = std::min(next_sequence_, sequence);
}

void JitterBuffer::follow_path(std::int64_t transit) {
  delay_.add(transit);
  const std::int64_t most = std::int64_t{clock_} / 1000 * kMostMs;
  overdue_ = transit - delay_.quickest() > most ? overdue_ + 1 : 0;
  if (overdue_ < kLateOnesOfALongerPath) return;
  // What was quickest would come again only after its ten seconds, and nothing would sound till then.
  delay_.forget_path();
  delay_.add(transit);
  playing_ = false;
  overdue_ = 0;
}

void JitterBuffer::store(const ArrivedAudio& packet, std::int64_t sequence, std::int64_t timestamp) {
  Slot& into = slot(sequence);
  if (into.waits) {
    // A whole round behind and never asked for: nobody listens, or far too slowly.
    ++stats_.discarded;
    next_sequence_ = std::max(next_sequence_, into.sequence + 1);
  }
  into.sequence = sequence;
  into.timestamp = timestamp;
  into.units = packet.units;
  into.octets = static_cast<std::uint16_t>(packet.payload.size());
  into.payload_type = packet.payload_type;
  into.carried = packet.carried;
  into.waits = true;
  std::ranges::copy(packet.payload, into.payload.begin());
}

JitterBuffer::Slot* JitterBuffer::oldest() {
  next_sequence_ = std::max(next_sequence_, newest_sequence_ - kSlots + 1);
  for (std::int64_t sequence = next_sequence_; sequence <= newest_sequence_; ++sequence) {
    Slot& found = slot(sequence);
    if (found.waits && found.sequence == sequence) return &found;
  }
  return nullptr;
}

void JitterBuffer::pass(Slot& passed) {
  passed.waits = false;
  next_sequence_ = passed.sequence + 1;
  has_played_ = true;
}

Playout JitterBuffer::pause() {
  Playout playout;
  playout.units = frame_units();
  return playout;
}

Playout JitterBuffer::conceal(std::uint32_t units, base::ByteView next) {
  ++stats_.lost;
  next_timestamp_ += units;
  Playout playout;
  playout.kind = Playout::Kind::lost;
  playout.units = units;
  playout.payload = next;
  return playout;
}

Playout JitterBuffer::starve() {
  if (!playing_) return pause();
  if (in_pause_ || starved_ >= clock_ / 1000 * kLongestConcealedMs) {
    playing_ = false;
    return pause();
  }
  starved_ += last_units_;
  return conceal(last_units_, {});
}

Playout JitterBuffer::play(Slot& due, std::int64_t delay) {
  Playout playout;
  playout.payload_type = due.payload_type;
  playout.payload = due.view();
  pass(due);
  next_timestamp_ = due.timestamp + due.units;
  starved_ = 0;
  in_pause_ = due.carried == Carried::comfort_noise;
  if (in_pause_) {
    playout.kind = Playout::Kind::comfort_noise;
    return playout;
  }
  playout.kind = Playout::Kind::voice;
  playout.units = due.units;
  last_units_ = std::max(due.units, clock_ / kShortestConcealmentsASecond);
  const std::int64_t slack = std::int64_t{clock_} / 1000 * kSlackMs;
  if (delay > delay_.target() + slack) playout.pace = Playout::Pace::faster;
  if (delay < delay_.target()) playout.pace = Playout::Pace::slower;
  return playout;
}

Playout JitterBuffer::next(base::SteadyTime at) {
  const std::int64_t time = units_at(at);
  const std::int64_t most = std::int64_t{clock_} / 1000 * kMostMs;
  while (Slot* waiting = begun_ ? oldest() : nullptr) {
    const std::int64_t delay = time - waiting->timestamp - delay_.quickest();
    if (waiting->carried == Carried::other) {
      pass(*waiting);
      continue;
    }
    if (delay > most) {
      ++stats_.discarded;
      pass(*waiting);
      next_timestamp_ = waiting->timestamp + waiting->units;
      continue;
    }
    const std::int64_t gap = playing_ ? waiting->timestamp - next_timestamp_ : 0;
    const std::int64_t missing = waiting->sequence - next_sequence_;
    if (!playing_ || (gap > 0 && (missing == 0 || in_pause_))) {
      // The beginning of a talk-spurt: the moment to set the delay anew without anyone hearing it.
      if (delay < delay_.target()) return pause();
      playing_ = true;
      return play(*waiting, delay);
    }
    if (gap <= 0) return play(*waiting, delay);
    const auto units = static_cast<std::uint32_t>(std::min<std::int64_t>(gap, last_units_));
    ++next_sequence_;
    const bool is_adjacent = missing == 1 && gap == units;
    return conceal(units, is_adjacent && waiting->carried == Carried::voice ? waiting->view() : base::ByteView{});
  }
  return starve();
}

}  // namespace cadenas::media
