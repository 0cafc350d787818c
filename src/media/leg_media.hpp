#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "media/dtls_params.hpp"
#include "media/ice_params.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// The two legs of a relayed session; by custom `a` is the caller's.
enum class Side : std::uint8_t { a, b };
constexpr Side other(Side side) {
  return side == Side::a ? Side::b : Side::a;
}

/// What the leg may do, seen from the board: `send_only` is a leg on hold that only hears us (RFC 3264 §8.4).
/// It holds RTP only, RTCP goes on (RFC 3264 §5.1).
enum class Direction : std::uint8_t { send_receive, send_only, receive_only, inactive };
constexpr bool sends(Direction d) {
  return d == Direction::send_receive || d == Direction::send_only;
}
constexpr bool receives(Direction d) {
  return d == Direction::send_receive || d == Direction::receive_only;
}

/// Symmetric RTP (RFC 4961): who may move the address we send to.
/// On an SRTP leg only a packet that authenticates and is newer than all before ever moves it, whatever the choice.
enum class Latching : std::uint8_t {
  off,             ///< always the signalled address; a clear leg takes packets from that host only, any port
  signalled_host,  ///< clear leg: the first source on the signalled host (a NAT that keeps the address)
  any_host,        ///< clear leg: the first source whatever its address (a NAT in front of the peer)
};

/// Keys of one direction of one leg (one a=crypto line). Wiped when it goes.
struct SrtpParams {
  Suite suite = Suite::aes_cm_128_hmac_sha1_80;
  base::SecretBytes keying;  ///< master key then master salt, exactly `facts(suite).keying()` octets
  /// The master key identifier that stands before the tag of each packet received under this key (RFC 3711 §3.1), at
  /// most 128 octets; empty: none. We never send one, so in a `send` key it is ignored.
  base::Bytes mki{};

  SrtpParams clone() const { return {suite, keying.clone(), mki}; }
  /// Whether it is the same key, in constant time; the MKI is only its name.
  friend bool operator==(const SrtpParams& x, const SrtpParams& y) {
    return x.suite == y.suite && base::equal_constant_time(x.keying.view(), y.keying.view());
  }
};

/// Payload types of packets received on this leg, as the other leg numbers them (RFC 4733 events, dynamic codecs).
class PayloadTypeMap {
 public:
  PayloadTypeMap() {
    for (std::uint8_t i = 0; i < 128; ++i) to_[i] = i;
  }
  /// `from` and `to` are 0…127; anything else is ignored.
  void set(std::uint8_t from, std::uint8_t to) {
    if (from > 127 || to > 127) return;
    to_[from] = to;
    is_identity_ = is_identity_ && from == to;
  }
  std::uint8_t operator[](std::uint8_t from) const { return to_[from & 0x7f]; }
  bool is_identity() const { return is_identity_; }

 private:
  std::array<std::uint8_t, 128> to_;
  bool is_identity_ = true;
};

/// What signalling agreed for one leg: a value, moved to the media thread. Configuring a leg again (re-INVITE, UPDATE)
/// states everything anew; what is unchanged goes on undisturbed:
/// - the same `receive` or `send` key keeps its rollover counters and replay windows;
/// - a new `receive` key takes over with the first packet that verifies with it, until then the old one is still good
///   (RFC 4568 §7.1.4 re-key); a new `send` key starts with rollover counter 0 at once;
/// - the place we send to stays latched when the signalled one is unchanged, and latching opens anew.
/// Never come back to an earlier `send` key: its counters are gone and a keystream would be used twice.
/// Legs that share keys (`receive` here equal to `send` there, set up together from the start) are passed through:
/// each packet is authenticated and checked for replay, but not encrypted anew. Such a `send` key never encrypts
/// anything else: when the peer whose key it is goes to a new key, give the other leg a new `send` key too, or it gets
/// silence. With an AEAD suite a packet that `payload_types` would renumber cannot be passed through and is dropped as
/// one of `tx_errors`: where numbers differ, give the legs keys of their own.
struct LegMedia {
  base::Endpoint remote_rtp;          ///< from SDP; not set: nothing is sent before a packet latches
  base::Endpoint remote_rtcp;         ///< a=rtcp (RFC 3605) or the port above RTP; not set: `remote_rtp` port + 1
  bool rtcp_mux = false;              ///< RFC 5761: RTCP shares the RTP port both ways
  std::optional<SrtpParams> receive;  ///< the peer's key; none: the leg is clear, unless `srtp_only`
  std::optional<SrtpParams> send;     ///< our key towards the peer; none: the leg is clear, unless `srtp_only`
  bool srtp_only =
      false;  ///< a direction without a key is closed: clear is refused and counted, nothing goes out clear
  /// The keys come from a DTLS handshake on the RTP port (RFC 5764), and there are none above: until its fingerprint
  /// matched the leg is closed both ways, as with `srtp_only`. Without `rtcp_mux` RTCP has an association of its own on
  /// its port, by the same description, and with keys of its own (RFC 5764 §4.1): voice does not wait for it.
  std::optional<DtlsParams> dtls{};
  /// The peer proves by checks where it is: the addresses above and `latching` say nothing then. Nothing is let in from
  /// an address without a valid check, and nothing goes out before the peer has nominated one.
  std::optional<IceParams> ice{};
  Direction direction = Direction::send_receive;
  Latching latching = Latching::signalled_host;
  PayloadTypeMap payload_types;  ///< for packets received on this leg
};

}  // namespace cadenas::media
