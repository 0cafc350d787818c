#pragma once

#include <cstdint>

namespace cadenas::policy {

/// How the leg's SIP messages travel.
enum class LegTransport : std::uint8_t { udp, tcp, tls };

/// The certificate in service on a system, at the moment of the decision. `expiring` (CERT-8, the last 14 days) is
/// valid.
enum class CertificateState : std::uint8_t { none, not_yet_valid, valid, expiring, expired };

/// The phone's `sip srtp mode` (TMA-5), or a trunk's; the numbers are the parameter's values.
enum class SrtpMode : std::uint8_t { off = 0, preferred = 1, only = 2 };

/// Where the other party of the call is declared (RIGHT-4).
enum class PeerPlacement : std::uint8_t { same_system, other_system, cluster };

/// What a session description holds for its audio stream. `both_lines` is one SAVP line with keys and one AVP line
/// without; `dtls` is a secure line without keys that names a certificate (RFC 5763), `dtls_or_plain` the same with an
/// AVP line beside it. Keys come before certificates where there are both. `none` means there is no description yet (we
/// make the offer).
enum class MediaSeen : std::uint8_t {
  none,
  savp_with_crypto,
  avp_with_crypto,
  both_lines,
  avp_plain,
  savp_without_crypto,
  dtls,
  dtls_or_plain,
};

/// Everything the decision for one call leg depends on. The caller gathers it; the decision looks nowhere else.
struct Facts {
  bool licensed = false;  ///< RIGHT-1: the unlock key of this system is entered
  bool trunk = false;     ///< the leg is a SIP trunk's: it has no subscription and no terminal, its declaration decides
  bool subscription_right = true;  ///< RIGHT-2: on the subscription (1.2.3)
  bool class_right = true;         ///< RIGHT-2: on its class of facility (1.4.3); true where it has no class
  bool voice_encryption = true;    ///< RIGHT-3: on this system
  PeerPlacement peer = PeerPlacement::same_system;
  bool inter_ipbx_local = false;   ///< RIGHT-4: read only where the peer is not on the same system
  bool inter_ipbx_remote = false;  ///< RIGHT-4: read only where the peer is not on the same system
  CertificateState certificate = CertificateState::none;  ///< RIGHT-6: on this system
  bool remote_certificate_valid = false;  ///< RIGHT-6: read only where the peer is not on the same system
  LegTransport transport = LegTransport::udp;
  SrtpMode srtp_mode = SrtpMode::preferred;
  bool terminal_can_srtp = true;  ///< RIGHT-5: false for an i7xx; true for a SIP terminal nothing is known of
  bool takes_clear = true;    ///< false for a browser: WebRTC has no clear voice (RFC 8827 §6.5); read where we offer
  bool peer_is_i7xx = false;  ///< RIGHT-8: the terminal at the other end of the call
  MediaSeen offer = MediaSeen::none;  ///< what this leg's party offered; `none` where we offer
};

}  // namespace cadenas::policy
