#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.hpp"
#include "media/dtls_params.hpp"
#include "media/leg_media.hpp"

namespace cadenas::media {

/// The keys that a handshake gives a leg.
struct DtlsKeys {
  SrtpParams receive;
  SrtpParams send;
};

/// The label of the exporter (RFC 5764 §4.2, RFC 5705).
constexpr std::string_view kDtlsSrtpLabel = "EXTRACTOR-dtls_srtp";
/// How much is exported for a suite.
inline std::size_t exported_octets(Suite suite) {
  return 2 * facts(suite).keying();
}
/// Cuts what was exported, `exported_octets` long, into the two directions: client key, server key, client salt, server
/// salt (RFC 5764 §4.2). The active end is the client.
DtlsKeys split_exported(Suite suite, base::ByteView exported, DtlsRole own);

}  // namespace cadenas::media
