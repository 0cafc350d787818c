#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "media/dtls_params.hpp"
#include "media/suite.hpp"
#include "sip/sdp.hpp"
#include "sip/sdp_dtls.hpp"

namespace cadenas::pbx {

/// "media.dtls-needs-board": a relay of the pool cannot shake hands for a leg.
base::Error dtls_needs_board();

/// The DTLS association of one leg, as offers and answers agree on it (RFC 5763, RFC 8842): whose certificate, who
/// begins, and whether it is the one that is there or a new one. A new one is due where a fingerprint, a role or a
/// tls-id changed, or where our end moved. Not thread-safe: it belongs to the call.
class DtlsAgreement {
 public:
  /// How the party knows that our end moved.
  enum class Sign : std::uint8_t {
    place,  ///< another address or port, and another tls-id where it knows those
    /// With ICE a place says nothing, and browsers know no tls-id: another hash of the same certificate, which makes
    /// the fingerprint another one (RFC 8842 §3). As far as our end shows several.
    fingerprint,
  };

  /// `own` is the certificate that our end shows, by different hashes; none: our end cannot do DTLS. `accepted` are the
  /// suites of SRTP that may be used.
  DtlsAgreement(std::vector<media::DtlsFingerprint> own, std::vector<media::Suite> accepted);

  /// Whether our end can shake hands at all.
  bool available() const { return shown_ && !suites_.empty(); }

  /// Whether the offered section can be answered. Errors "media.dtls-needs-board", "call.dtls-fingerprint" (none, or
  /// only by hash functions that prove nothing, or one that is malformed), "call.dtls-setup".
  base::Result<void> check_offer(const sip::Sdp& offer, std::size_t line) const;
  /// Agrees on an offer that passed `check_offer`, and writes our words into the section that answers it. `preferred`
  /// is our role where the choice is ours and there is no association yet.
  void answer(const sip::Sdp& offer, std::size_t line, media::DtlsRole preferred, sip::SdpMedia& into);

  /// Writes our words into a section that offers DTLS; only where `available`.
  void offer(sip::SdpMedia& into);
  /// The answer to that. Errors "call.dtls-fingerprint", "call.dtls-setup"; what was agreed before stays then.
  base::Result<void> take_answer(const sip::Sdp& answer, std::size_t line);

  /// Keys of another kind are agreed, or none.
  void end() { agreed_.reset(); }
  /// Our end is another one from now on, or none that can: the next exchange makes a new association.
  void move_to(const std::vector<media::DtlsFingerprint>& own, Sign sign);

  /// What the board is told; nothing while nothing is agreed.
  const std::optional<media::DtlsParams>& agreed() const { return agreed_; }

 private:
  base::Result<std::vector<media::DtlsFingerprint>> peer_of(const sip::DtlsDescription& described) const;
  bool is_agreed(const std::vector<media::DtlsFingerprint>& peer, const std::string& tls_id) const;
  void agree(std::vector<media::DtlsFingerprint> peer, std::string tls_id, media::DtlsRole role);
  void write(sip::SdpMedia& into, sip::SetupRole setup, bool with_id) const;

  std::optional<media::DtlsFingerprint> shown_;
  std::optional<media::DtlsFingerprint> known_;  // to the party: what was shown as we last agreed
  std::vector<media::Suite> suites_;
  std::optional<media::DtlsParams> agreed_;
  std::string peer_tls_id_;
  std::string own_tls_id_;
};

}  // namespace cadenas::pbx
