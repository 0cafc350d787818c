#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "media/packet_index.hpp"
#include "media/packet_parts.hpp"
#include "media/replay_window.hpp"
#include "media/rtp.hpp"
#include "media/srtp_cipher.hpp"
#include "media/srtp_status.hpp"
#include "media/stream_table.hpp"
#include "media/trailer.hpp"

namespace cadenas::media {

/// What a receiver says about one packet.
struct Receipt {
  SrtpStatus status = SrtpStatus::malformed;
  std::size_t octets = 0;   ///< of the packet afterwards: plain, or as it was but for the MKI when only verified
  bool is_newest = false;   ///< no packet of this stream with a higher index came before
  std::uint64_t index = 0;  ///< RTP: rollover counter and sequence number; RTCP: the SRTCP index
};

/// Receiving end of SRTP for one key: RFC 3711 §3.3, a stream for each SSRC, made by its first authentic packet.
/// Where the key has an MKI, each packet must bear it, or it counts as not authentic; it is taken off.
/// One thread at a time; allocates only for a new stream.
class SrtpReceiver {
 public:
  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  explicit SrtpReceiver(const SrtpParams& params)
      : cipher_(params, Protocol::rtp), trailer_(facts(params.suite), Protocol::rtp, params.mki) {}

  /// Authenticates, checks for replay and decrypts in place. When the status is not `ok`, the packet is unchanged.
  Receipt open(std::span<std::uint8_t> packet, Opening opening);
  /// The same key under another name from now on; the streams go on.
  void expect_mki(base::Bytes mki) { trailer_.expect_mki(std::move(mki)); }
  std::size_t streams() const { return streams_.size(); }

 private:
  struct Stream {
    PacketIndex index;
    ReplayWindow seen;
  };
  SrtpStatus open_first(PacketParts& parts, Opening opening);

  SrtpCipher cipher_;
  Trailer trailer_;
  StreamTable<Stream> streams_;
};

}  // namespace cadenas::media
