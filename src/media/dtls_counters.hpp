#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "media/counter.hpp"
#include "media/dtls_stats.hpp"

namespace cadenas::media {

/// The live form of DtlsStats. Written by the media thread of the leg, read by any.
struct DtlsCounters {
  Counter handshakes, failures;
  Counter rx_taken, rx_dropped;
  Counter tx_sent;

  /// Whether the keys of the leg come from DTLS.
  void use(bool is_used) { is_used_.store(is_used, std::memory_order_relaxed); }
  void set(DtlsState state) { state_.store(state, std::memory_order_relaxed); }
  void set(DtlsFailure failure) { failure_.store(failure, std::memory_order_relaxed); }
  /// Nothing where DTLS is not used.
  std::optional<DtlsStats> read() const {
    constexpr auto relaxed = std::memory_order_relaxed;
    if (!is_used_.load(relaxed)) return std::nullopt;
    return DtlsStats{state_.load(relaxed), failure_.load(relaxed), handshakes.read(), failures.read(),
                     rx_taken.read(),      rx_dropped.read(),      tx_sent.read()};
  }

 private:
  std::atomic<bool> is_used_{false};
  std::atomic<DtlsState> state_{DtlsState::waiting};
  std::atomic<DtlsFailure> failure_{DtlsFailure::none};
};

}  // namespace cadenas::media
