#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/dtls_params.hpp"

namespace cadenas::pbx {

/// Where we receive a leg's media, as SDP says it.
struct LocalMedia {
  std::string address;
  std::uint16_t rtp_port = 0;  ///< RTCP is the port above
  /// The one certificate it shows in a DTLS handshake, by one hash function or several, the preferred first; none: it
  /// cannot shake hands, so that DTLS is refused.
  std::vector<media::DtlsFingerprint> dtls{};

  friend bool operator==(const LocalMedia&, const LocalMedia&) = default;
};

}  // namespace cadenas::pbx
