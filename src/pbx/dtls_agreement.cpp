#include "pbx/dtls_agreement.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "media/dtls_profile.hpp"

namespace cadenas::pbx {
namespace {

using media::DtlsFingerprint;
using media::DtlsRole;
using media::FingerprintHash;
using sip::SetupRole;

constexpr std::array<std::pair<std::string_view, FingerprintHash>, 3> hash_names{
    {{"sha-256", FingerprintHash::sha256}, {"sha-384", FingerprintHash::sha384}, {"sha-512", FingerprintHash::sha512}}};

std::string_view name_of(FingerprintHash hash) {
  return std::ranges::find(hash_names, hash, &std::pair<std::string_view, FingerprintHash>::second)->first;
}

std::optional<FingerprintHash> hash_named(std::string_view name) {
  const auto found = std::ranges::find(hash_names, name, &std::pair<std::string_view, FingerprintHash>::first);
  return found == hash_names.end() ? std::nullopt : std::optional(found->second);
}

// 20…255 of letters, digits and "+/-_" (RFC 8842 §4).
std::string new_tls_id() {
  return base::random_hex(16);
}

// Who takes the other part of `theirs`; nothing for a connection that is only held.
std::optional<DtlsRole> opposite(SetupRole theirs) {
  switch (theirs) {
    case SetupRole::active:
      return DtlsRole::passive;
    case SetupRole::passive:
      return DtlsRole::active;
    case SetupRole::actpass:
    case SetupRole::holdconn:
      break;
  }
  return std::nullopt;
}

base::Error bad_setup() {
  return {"call.dtls-setup", "The description does not say which end begins the DTLS handshake (a=setup).", "setup"};
}

}  // namespace

base::Error dtls_needs_board() {
  return {"media.dtls-needs-board",
          "DTLS-SRTP needs the embedded media board: the external relays cannot shake hands for it.", ""};
}

DtlsAgreement::DtlsAgreement(std::vector<DtlsFingerprint> own, std::vector<media::Suite> accepted)
    : own_tls_id_(new_tls_id()) {
  if (!own.empty()) shown_ = std::move(own.front());
  for (const media::Suite suite : media::dtls_suites()) {
    if (std::ranges::find(accepted, suite) != accepted.end()) suites_.push_back(suite);
  }
}

base::Result<std::vector<DtlsFingerprint>> DtlsAgreement::peer_of(const sip::DtlsDescription& described) const {
  std::vector<DtlsFingerprint> peer;
  bool is_whole = described.malformed == 0;
  for (const sip::SdpFingerprint& said : described.fingerprints) {
    const auto hash = hash_named(said.hash);
    // One by SHA-1 or MD5 proves nothing; it may stand beside another.
    if (!hash) continue;
    is_whole = is_whole && said.value.size() == media::octets(*hash);
    peer.push_back({*hash, said.value});
  }
  if (peer.empty() || !is_whole) {
    return base::fail("call.dtls-fingerprint",
                      "DTLS-SRTP needs a well-formed a=fingerprint by SHA-256, SHA-384 or SHA-512.", "fingerprint");
  }
  return peer;
}

base::Result<void> DtlsAgreement::check_offer(const sip::Sdp& offer, std::size_t line) const {
  if (!available()) return tl::unexpected(dtls_needs_board());
  const sip::DtlsDescription described = sip::dtls_of(offer, offer.media[line]);
  const auto peer = peer_of(described);
  if (!peer) return tl::unexpected(peer.error());
  if (described.setup == SetupRole::holdconn) return tl::unexpected(bad_setup());
  return {};
}

bool DtlsAgreement::is_agreed(const std::vector<DtlsFingerprint>& peer, const std::string& tls_id) const {
  return agreed_ && agreed_->peer == peer && peer_tls_id_ == tls_id;
}

void DtlsAgreement::agree(std::vector<DtlsFingerprint> peer, std::string tls_id, DtlsRole role) {
  known_ = shown_;
  if (is_agreed(peer, tls_id) && agreed_->role == role) return;
  std::array<std::uint8_t, 4> number{};
  base::fill_random(number);
  std::uint32_t association = 0;
  for (const std::uint8_t octet : number) association = association << 8 | octet;
  agreed_ = media::DtlsParams{role, std::move(peer), suites_, association};
  peer_tls_id_ = std::move(tls_id);
}

void DtlsAgreement::write(sip::SdpMedia& into, SetupRole setup, bool with_id) const {
  into.add_attribute("fingerprint", sip::SdpFingerprint{std::string(name_of(shown_->hash)), shown_->value}.to_string());
  into.add_attribute("setup", sip::to_string(setup));
  if (with_id) into.add_attribute("tls-id", own_tls_id_);
}

void DtlsAgreement::answer(const sip::Sdp& offer, std::size_t line, DtlsRole preferred, sip::SdpMedia& into) {
  sip::DtlsDescription described = sip::dtls_of(offer, offer.media[line]);
  auto peer = peer_of(described);
  if (!peer) return;
  // An offer that says nothing is active (RFC 4145 §4.1). Where the choice is ours, the roles stay as long as the
  // association does (RFC 8842 §5.3).
  const auto asked = opposite(described.setup.value_or(SetupRole::active));
  const bool is_same = is_agreed(*peer, described.tls_id);
  const DtlsRole role = asked ? *asked : is_same ? agreed_->role : preferred;
  if (agreed_ && !(is_same && agreed_->role == role)) own_tls_id_ = new_tls_id();
  const bool with_id = !described.tls_id.empty();
  agree(*std::move(peer), std::move(described.tls_id), role);
  write(into, role == DtlsRole::active ? SetupRole::active : SetupRole::passive, with_id);
}

void DtlsAgreement::offer(sip::SdpMedia& into) {
  write(into, SetupRole::actpass, true);
}

base::Result<void> DtlsAgreement::take_answer(const sip::Sdp& answer, std::size_t line) {
  sip::DtlsDescription described = sip::dtls_of(answer, answer.media[line]);
  auto peer = peer_of(described);
  if (!peer) return tl::unexpected(peer.error());
  // An answer that says nothing is passive (RFC 4145 §4.1).
  const auto role = opposite(described.setup.value_or(SetupRole::passive));
  if (!role) return tl::unexpected(bad_setup());
  agree(*std::move(peer), std::move(described.tls_id), *role);
  return {};
}

void DtlsAgreement::move_to(const std::vector<DtlsFingerprint>& own, Sign sign) {
  const auto is_news = [this](const DtlsFingerprint& one) { return one != known_; };
  auto chosen = sign == Sign::fingerprint ? std::ranges::find_if(own, is_news) : own.begin();
  if (chosen == own.end()) chosen = own.begin();
  shown_ = chosen == own.end() ? std::nullopt : std::optional(*chosen);
  agreed_.reset();
  own_tls_id_ = new_tls_id();
}

}  // namespace cadenas::pbx
