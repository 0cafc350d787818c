#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/crl.hpp"

namespace cadenas::pki {

/// The list of a distribution point as it is known now.
struct CachedCrl {
  Crl list;
  bool fetched = false;                ///< it came from the network just now
  std::optional<base::Error> problem;  ///< why it could not be renewed, or what its dates are
};

/// The lists of distribution points, kept as files so that an iPBX knows them after a restart while the point is down.
/// One background thread; blocks on disk and network.
class CrlCache {
 public:
  using Fetch = std::function<base::Result<base::Bytes>(const std::string& uri)>;

  /// `directory` is made when needed; `clock` outlives this. `fetch` is `download_crl` but in tests.
  CrlCache(std::filesystem::path directory, const base::Clock& clock, Fetch fetch);

  /// The list of `uri`: the one kept until the last tenth before its nextUpdate, from then on a new one each time. A
  /// download that fails, is not verified by `issuers` or is older than what is kept changes nothing, and the kept list
  /// is given with the problem. Errors, where none is kept: those of the fetch, of `UnverifiedCrl::parse` and `verify`;
  /// "file.write-failed" is only ever a problem.
  base::Result<CachedCrl> get(const std::string& uri, std::span<const Certificate> issuers);
  /// As `get`, but fetches whatever the dates: a CA may publish a revocation before its nextUpdate.
  base::Result<CachedCrl> renew(const std::string& uri, std::span<const Certificate> issuers);

  /// The list kept of `uri`, whatever its dates, without asking the network.
  std::optional<Crl> kept(const std::string& uri, std::span<const Certificate> issuers) const;
  /// Where the list of `uri` is kept.
  std::filesystem::path file_of(const std::string& uri) const;

 private:
  base::Result<CachedCrl> renew(const std::string& uri, std::span<const Certificate> issuers,
                                std::optional<Crl> kept) const;
  base::Result<void> keep(const std::string& uri, base::ByteView octets) const;

  std::filesystem::path directory_;
  const base::Clock& clock_;
  Fetch fetch_;
};

}  // namespace cadenas::pki
