#include "pbx/ice_agreement.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace cadenas::pbx {
namespace {

constexpr std::uint32_t rtp_component = 1;
constexpr std::uint32_t host_type = 126;        // RFC 8445 §5.1.2.1
constexpr std::uint32_t only_address = 65535;   // …of the local preferences
constexpr std::size_t octets_of_ufrag = 6;      // 48 bits; RFC 8445 §5.3 wants 24
constexpr std::size_t octets_of_password = 18;  // 144 bits; it wants 128

// Octets by threes are base64 without padding, whose alphabet is that of ice-char (RFC 8839 §5.4).
static_assert(octets_of_ufrag % 3 == 0 && octets_of_password % 3 == 0);

sip::IceCredentials new_credentials() {
  std::array<std::uint8_t, octets_of_ufrag> ufrag{};
  base::fill_random(ufrag);
  const auto secret = base::SecretBytes::random(octets_of_password);
  std::string password = base::to_base64(secret.view());
  sip::IceCredentials out{base::to_base64(ufrag), base::SecretBytes::copy_of(base::as_bytes(password))};
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(password.data()), password.size()});
  return out;
}

std::string host_candidate(const LocalMedia& here) {
  sip::IceCandidate out;
  out.foundation = "1";
  out.component = rtp_component;
  out.transport = "UDP";
  out.priority = sip::ice_priority(host_type, only_address, rtp_component);
  out.address = here.address;
  out.port = here.rtp_port;
  out.type = "host";
  return out.to_string();
}

}  // namespace

IceAgreement::IceAgreement() : own_(new_credentials()) {}

base::Result<void> IceAgreement::check(const sip::Sdp& said, std::size_t line) {
  const sip::SdpMedia& section = said.media[line];
  if (!sip::speaks_of_ice(said, section)) {
    return base::fail("call.ice-missing", "The description says nothing of ICE, without which a browser is not heard.",
                      "ice-ufrag");
  }
  if (!section.rtcp_mux()) {
    return base::fail("call.ice-rtcp-mux", "ICE needs RTCP on the port of RTP (a=rtcp-mux) here.", "rtcp-mux");
  }
  if (!sip::ice_of(said, section).credentials) {
    return base::fail("call.ice-credentials", "ICE needs a well-formed a=ice-ufrag and a=ice-pwd (RFC 8839 5.4).",
                      "ice-ufrag");
  }
  return {};
}

void IceAgreement::agree(sip::IceCredentials peer) {
  peer_ = std::move(peer);
  agreed_ = media::IceParams{own_.ufrag, own_.password.clone(), peer_.ufrag};
  in_use_ = true;
}

void IceAgreement::offer(const LocalMedia& here, sip::Sdp& into, std::size_t line) const {
  into.session.add_attribute("ice-lite");
  // RFC 8445 §10: the party is not to nominate pairs before they are checked. Not "trickle": this is all there is.
  into.session.add_attribute("ice-options", "ice2");
  sip::SdpMedia& section = into.media[line];
  sip::add_ice_credentials(section, own_);
  section.add_attribute("candidate", host_candidate(here));
}

void IceAgreement::answer(const sip::Sdp& offered, std::size_t line, const LocalMedia& here, sip::Sdp& into) {
  auto credentials = sip::ice_of(offered, offered.media[line]).credentials;
  if (!credentials) return;
  if (agreed_ && !(peer_ == *credentials)) own_ = new_credentials();
  agree(*std::move(credentials));
  offer(here, into, line);
}

void IceAgreement::take_answer(const sip::Sdp& answer, std::size_t line) {
  if (auto credentials = sip::ice_of(answer, answer.media[line]).credentials) agree(*std::move(credentials));
}

void IceAgreement::end() {
  if (!in_use_) return;
  move();
  in_use_ = false;
}

void IceAgreement::move() {
  agreed_.reset();
  own_ = new_credentials();
}

}  // namespace cadenas::pbx
