#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "media/mki.hpp"
#include "media/packet_index.hpp"
#include "media/replay_window.hpp"
#include "media/rtp.hpp"
#include "media/srtp_cipher.hpp"
#include "media/srtp_status.hpp"
#include "media/stream_table.hpp"

namespace cadenas::media {

/// Whether a received packet is to be decrypted or only to be proved genuine.
enum class Opening : std::uint8_t { decrypt, verify_only };

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
  explicit SrtpReceiver(const SrtpParams& params) : cipher_(params, Protocol::rtp), mki_(params.mki) {}

  /// Authenticates, checks for replay and decrypts in place. When the status is not `ok`, the packet is unchanged.
  Receipt open(std::span<std::uint8_t> packet, Opening opening);
  /// The same key under another name from now on; the streams go on.
  void expect_mki(Mki mki) { mki_ = std::move(mki); }
  std::size_t streams() const { return streams_.size(); }

 private:
  struct Stream {
    PacketIndex index;
    ReplayWindow seen;
  };
  bool verifies(base::ByteView packet, std::uint64_t index) const;
  std::optional<std::uint64_t> first_index(base::ByteView packet, std::uint16_t sequence) const;

  SrtpCipher cipher_;
  Mki mki_;
  StreamTable<Stream> streams_;
};

}  // namespace cadenas::media
