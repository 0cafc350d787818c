#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "policy/facts.hpp"
#include "sip/sdp.hpp"

namespace cadenas::pbx {

/// What of an audio stream passes from one party to the other: the codecs under their payload type numbers, and the
/// direction. Addresses, ports and keys are each leg's own and never pass.
///
/// Payload types pass unchanged, in the offer and in the answer (RFC 3264 §6.1: each number means what its receiver
/// said), so the relay need not rewrite a packet.
struct AudioDescription {
  std::vector<std::string> formats;                             ///< payload types, in order of preference
  std::vector<std::pair<std::string, std::string>> attributes;  ///< rtpmap, fmtp, ptime, maxptime as they stood
  sip::Direction direction = sip::Direction::sendrecv;

  /// Same codecs under the same numbers, in whatever direction.
  bool same_codecs(const AudioDescription& other) const;
  friend bool operator==(const AudioDescription&, const AudioDescription&) = default;
};

/// What we offer where no party described anything yet (an INVITE without a description): G.722, G.711, Opus and
/// RFC 4733 events.
AudioDescription default_audio();

/// An m= line as the dialog knows it; every later offer keeps the lines in this order (RFC 3264 §8).
struct LineShape {
  std::string media;
  std::string proto;
  std::string first_format;
};

/// A description as one leg sees it.
struct PartyDescription {
  policy::MediaSeen seen = policy::MediaSeen::none;
  std::optional<std::size_t> secure_line;  ///< the RTP/SAVP audio line with a port
  std::optional<std::size_t> plain_line;   ///< the RTP/AVP audio line with a port
  /// The audio line with a port over UDP/TLS/RTP/SAVP, or over RTP/SAVP without keys, that names a certificate.
  std::optional<std::size_t> dtls_line;
  std::vector<LineShape> lines;

  /// The audio stream of one of the lines, `line` being an index into `sdp.media`. RFC 2543's hold (address 0.0.0.0) is
  /// told as the direction it means, but not where `is_ice_line`. Telephone events of 8 kHz are named before those of
  /// other clocks: many a phone takes the first there are, and knows no other clock.
  static AudioDescription audio_of(const sip::Sdp& sdp, std::size_t line);
};

/// Errors "call.no-audio" (no audio line with a port over RTP/AVP, RTP/SAVP or UDP/TLS/RTP/SAVP).
base::Result<PartyDescription> read_description(const sip::Sdp& sdp);

/// Whether the line is one that ICE is agreed on for: keys by DTLS, RTCP multiplexed, a=ice-ufrag or a=ice-pwd there.
/// Its address says nothing then: checks show where the party is, and before it knows that itself (trickle ICE) it
/// writes 0.0.0.0 (RFC 8840).
bool is_ice_line(const sip::Sdp& sdp, std::size_t line);

/// Where a party wants its packets. `rtp` is unset where the address is null (hold) or a name, or where `is_ice_line`.
struct MediaAddress {
  base::Endpoint rtp;
  base::Endpoint rtcp;
  bool rtcp_mux = false;
};
MediaAddress address_of(const sip::Sdp& sdp, std::size_t line);

}  // namespace cadenas::pbx
