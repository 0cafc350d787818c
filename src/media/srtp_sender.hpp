#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/packet_index.hpp"
#include "media/replay_window.hpp"
#include "media/rtp.hpp"
#include "media/srtp_cipher.hpp"
#include "media/srtp_status.hpp"
#include "media/stream_table.hpp"
#include "media/trailer.hpp"

namespace cadenas::media {

/// Sending end of SRTP for one key: RFC 3711 §3.3, a stream for each SSRC that starts with rollover counter 0.
/// It relays what others number, so packets may come out of order; what would use a keystream twice is refused as
/// `replayed`. One thread at a time; allocates only for a new stream.
class SrtpSender {
 public:
  /// Throws std::logic_error unless `params.keying` has the length of the suite.
  explicit SrtpSender(const SrtpParams& params)
      : cipher_(params, Protocol::rtp), trailer_(facts(params.suite), Protocol::rtp) {}

  /// Encrypts the plain packet in the first `octets` of `buffer` in place and appends the tag; `octets` grows with it.
  /// Unless `ok`, packet and `octets` are unchanged; `limit` if `buffer` has no room for the tag.
  SrtpStatus protect(std::span<std::uint8_t> buffer, std::size_t& octets);
  /// Puts a new tag on a packet that is already encrypted with this key under `index`: its header was rewritten. False
  /// with an AEAD suite, where such a packet must not go out.
  bool sign_again(std::span<std::uint8_t> packet, std::uint64_t index) const;
  std::size_t overhead() const { return trailer_.octets(); }

 private:
  struct Stream {
    PacketIndex index;
    ReplayWindow used;
  };
  PacketParts parts(const RtpHeader& header, std::span<std::uint8_t> packet, std::uint64_t index) const;

  SrtpCipher cipher_;
  Trailer trailer_;
  StreamTable<Stream> streams_;
};

}  // namespace cadenas::media
