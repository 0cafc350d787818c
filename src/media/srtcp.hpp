#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "media/replay_window.hpp"
#include "media/srtp_cipher.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_status.hpp"
#include "media/stream_table.hpp"
#include "media/trailer.hpp"

namespace cadenas::media {

/// Receiving end of SRTCP for one key (RFC 3711 §3.4), a replay window for each SSRC. A packet whose E bit is clear is
/// authentic but not encrypted, and taken so. The MKI is treated as SrtpReceiver does. One thread at a time; allocates
/// only for a new stream.
class SrtcpReceiver {
 public:
  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  explicit SrtcpReceiver(const SrtpParams& params)
      : cipher_(params, Protocol::rtcp), trailer_(facts(params.suite), Protocol::rtcp, params.mki) {}

  /// As SrtpReceiver::open, for a whole compound packet.
  Receipt open(std::span<std::uint8_t> packet, Opening opening);
  /// See SrtpReceiver.
  void expect_mki(base::Bytes mki) { trailer_.expect_mki(std::move(mki)); }

 private:
  SrtpCipher cipher_;
  Trailer trailer_;
  StreamTable<ReplayWindow> streams_;
};

/// Sending end of SRTCP for one key, an index for each SSRC that starts with 0. One thread at a time.
class SrtcpSender {
 public:
  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  explicit SrtcpSender(const SrtpParams& params)
      : cipher_(params, Protocol::rtcp), trailer_(facts(params.suite), Protocol::rtcp) {}

  /// Encrypts the plain compound packet in the first `octets` of `buffer` in place and appends E bit, index and tag.
  /// Unless `ok`, packet and `octets` are unchanged; `limit` after 2^31 packets or without room in `buffer`.
  SrtpStatus protect(std::span<std::uint8_t> buffer, std::size_t& octets);

 private:
  SrtpCipher cipher_;
  Trailer trailer_;
  StreamTable<std::uint32_t> next_index_;
};

}  // namespace cadenas::media
