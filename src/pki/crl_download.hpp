#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"

namespace cadenas::pki {

struct DownloadLimits {
  std::size_t octets = largest_crl;  ///< of the body
  base::Millis patience{30'000};     ///< for the whole of it, redirects included, but for looking up a host name
  int redirects = 3;
};

/// Where the issuer of `certificate` publishes its list: the URIs of the distribution points, in their order (RFC 5280
/// §4.2.1.13). Points for some reasons only, or of another issuer, are left out.
std::vector<std::string> crl_distribution_points(const Certificate& certificate);

/// Gets a list by HTTP GET; http only, since the list's own signature protects it, and redirects lead to http only.
/// Blocks: for a background thread. To be called with URIs of trusted certificates, never with one a peer has just
/// shown: it connects to wherever they point. Errors: "crl.unsupported-uri", "crl.download-failed"; the URI is the
/// field.
base::Result<base::Bytes> download_crl(const std::string& uri, const DownloadLimits& limits = {});

}  // namespace cadenas::pki
