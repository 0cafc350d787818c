#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"
#include "pki/http_download.hpp"

namespace cadenas::pki {

/// Where the issuer of `certificate` publishes its list: the URIs of the distribution points, in their order (RFC 5280
/// §4.2.1.13). Points for some reasons only, or of another issuer, are left out.
std::vector<std::string> crl_distribution_points(const Certificate& certificate);

/// Gets a list, see `download`. Errors: "crl.unsupported-uri", "crl.download-failed"; the URI is the field.
base::Result<base::Bytes> download_crl(const std::string& uri, const DownloadLimits& limits = {.octets = largest_crl});

}  // namespace cadenas::pki
