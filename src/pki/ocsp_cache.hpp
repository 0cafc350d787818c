#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/identity.hpp"
#include "pki/ocsp.hpp"

namespace cadenas::pki {

/// What is known of the revocation of one's own certificate.
struct OcspState {
  std::string responder;                 ///< empty where the certificate names none, or its issuer is not known
  std::optional<OcspAnswer> answer;      ///< in its dates
  std::optional<base::Error> problem{};  ///< why no newer answer could be had
};

/// The answer about one's own certificate, kept as a file so that it is stapled right after a restart while the
/// responder is down. One thread at a time; blocks on disk and network.
class OcspCache {
 public:
  /// Asks the responder at `uri`.
  using Ask = std::function<base::Result<base::Bytes>(const std::string& uri, const base::Bytes& request)>;

  /// `clock` outlives this. `ask` is `ask_ocsp_responder` but in tests.
  OcspCache(std::filesystem::path file, const base::Clock& clock, Ask ask);

  /// The answer about `identity`: the one kept until half of its life, from then on a new one each time. An answer that
  /// cannot be had or is not to be believed changes nothing, and the kept one is given, as long as it is in its dates.
  OcspState get(const Identity& identity);
  /// The same without the network.
  OcspState kept(const Identity& identity) const;

 private:
  std::filesystem::path file_;
  const base::Clock& clock_;
  Ask ask_;
};

/// By HTTP POST (RFC 6960 appendix A.1). Blocks. Errors: "ocsp.unsupported-uri", "ocsp.download-failed".
base::Result<base::Bytes> ask_ocsp_responder(const std::string& uri, const base::Bytes& request, base::Millis patience);

}  // namespace cadenas::pki
