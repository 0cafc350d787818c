#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::pki {

struct DownloadLimits {
  std::size_t octets = 1 << 20;   ///< of the body
  base::Millis patience{30'000};  ///< for the whole of it, redirects included, but for looking up a host name
  int redirects = 3;
};

/// What is fetched, for the errors: their codes begin with `code`, their sentences say `noun`.
struct DownloadSubject {
  std::string_view code;
  std::string_view noun;
};

/// A body to POST.
struct Posted {
  std::string content_type;
  base::Bytes body;
};

/// Gets what lies at `uri` by HTTP GET, or by POST where there is something to post; http only, since revocation lists
/// and OCSP answers bear a signature of their own, and redirects lead to http only. Blocks: for a background thread. To
/// be called with URIs of trusted certificates, never with one a peer has just shown: it connects to wherever they
/// point. Errors: CODE".unsupported-uri", CODE".download-failed"; the URI is the field.
base::Result<base::Bytes> download(const std::string& uri, const DownloadSubject& subject, const DownloadLimits& limits,
                                   const Posted* posted = nullptr);

}  // namespace cadenas::pki
