#pragma once

#include <atomic>
#include <cstdint>

#include "pbx/media_sessions.hpp"

namespace cadenas::rtpengine {
class Pool;
}

namespace cadenas::pbx {

/// Sessions on a pool of rtpengine, and on the embedded board while none of the pool is up, where that is wanted. A
/// session stays where it was opened. Pool, board and its service outlive it, and the pool's loop ends before.
class RelayedSessions final : public MediaSessions {
 public:
  RelayedSessions(rtpengine::Pool& pool, media::Board& board, const EipService& eip, bool fall_back)
      : pool_(pool), board_(board), eip_(eip), fall_back_(fall_back) {}

  /// Errors those of rtpengine::Pool::open, or of the board where it had to do. With DTLS it is the board in any case,
  /// or "media.dtls-needs-board" where that is not wanted: rtpengine tells what it shakes hands with, and proves
  /// nothing.
  void open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b, bool dtls, base::Loop& answer_on,
            const Opened& opened) override;
  std::vector<media::DtlsFingerprint> dtls_fingerprints(std::uint64_t id) const override;
  base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) override;
  std::optional<media::SessionStats> stats(std::uint64_t id) const override;
  void close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) override;

  /// Sessions that went to the board for want of a relay. Any thread.
  std::uint64_t fallbacks() const { return fallbacks_.load(); }

 private:
  rtpengine::Pool& pool_;
  media::Board& board_;
  const EipService& eip_;
  const bool fall_back_;
  std::atomic<std::uint64_t> fallbacks_{0};
  bool said_ = false;  // of the pool's loop: that the pool gives nothing is logged once until it does again
};

}  // namespace cadenas::pbx
