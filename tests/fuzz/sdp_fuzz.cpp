#include <cstdint>
#include <string>

#include "require.hpp"
#include "sip/sdp.hpp"
#include "sip/sdp_bundle.hpp"
#include "sip/sdp_ice.hpp"

using namespace cadenas::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto crypto = CryptoAttribute::parse(text)) {
    const auto again = CryptoAttribute::parse(crypto->to_string());
    require(again.has_value() && again->to_string() == crypto->to_string());
  }
  if (const auto candidate = IceCandidate::parse(text)) {
    const auto again = IceCandidate::parse(candidate->to_string());
    require(again.has_value() && *again == *candidate);
    require(candidate->component >= 1 && candidate->component <= 256 && candidate->priority >= 1);
    (void)candidate->endpoint();
  }
  auto sdp = Sdp::parse(text);
  if (!sdp) return 0;
  const std::string written = sdp->to_string();
  const auto again = Sdp::parse(written, {.octets = 1 << 20});
  require(again.has_value() && again->to_string() == written);
  require(sdp->clone().to_string() == written);
  for (SdpMedia& m : sdp->media) {
    (void)sdp->address_of(m);
    (void)sdp->direction_of(m);
    (void)sdp->has_null_address(m);
    (void)m.rtcp_port();
    (void)m.ptime();
    for (unsigned type = 0; type < 128; type += 32) {
      (void)m.rtpmap(type);
      (void)m.fmtp(type);
    }
    const IceDescription ice = ice_of(*sdp, m);
    require(ice.candidates.size() + ice.malformed == m.attributes("candidate").size());
    if (ice.credentials) {
      require(speaks_of_ice(*sdp, m) && ice.credentials->ufrag.size() >= 4 && ice.credentials->password.size() >= 22);
    }
    for (const SdpLine& l : m.lines) require(l.attribute_name() != "ice-pwd" || l.is_secret());
    const std::string mid = mid_of(m);
    require(mid.empty() || m.attribute("mid").has_value());
    (void)bundle_of(*sdp, mid);
    std::size_t malformed = 0;
    require(m.cryptos(&malformed).size() + malformed == m.attributes("crypto").size());
    m.set_direction(Direction::inactive);
    require(sdp->direction_of(m) == Direction::inactive);
    m.set_address("192.0.2.1");
    require(sdp->address_of(m) == "192.0.2.1");
    m.remove_cryptos();
    require(m.cryptos().empty());
  }
  return 0;
}
