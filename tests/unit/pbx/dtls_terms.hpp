#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "call_harness.hpp"
#include "sip/sdp_dtls.hpp"

namespace cadenas::pbx::test {

/// a=fingerprint by SHA-256, all octets the same.
inline std::string fingerprint(std::uint8_t octet) {
  return "a=fingerprint:" + sip::SdpFingerprint{"sha-256", base::Bytes(32, octet)}.to_string();
}
/// A DTLS-SRTP description as softphones write it.
inline std::string dtls(int port, std::uint8_t octet, const std::string& setup, const std::string& tls_id = {},
                        const std::string& proto = "UDP/TLS/RTP/SAVP") {
  std::vector<std::string> lines{fingerprint(octet), "a=setup:" + setup, "a=rtcp-mux"};
  if (!tls_id.empty()) lines.push_back("a=tls-id:" + tls_id);
  return description(proto, port, lines);
}

}  // namespace cadenas::pbx::test
