#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "pki/certificate.hpp"
#include "pki/crl_cache.hpp"
#include "pki/phone_trust.hpp"

namespace cadenas::pbx {

/// Gets revocation lists from their distribution points on a thread of its own: a point that hangs keeps nobody waiting
/// but the next fetch (CERT-7). Any thread may ask.
class CrlFetcher {
 public:
  CrlFetcher(pki::CrlCache cache, const base::Clock& clock);
  /// Waits for the download under way, at most its patience for each point.
  ~CrlFetcher();
  CrlFetcher(const CrlFetcher&) = delete;
  CrlFetcher& operator=(const CrlFetcher&) = delete;

  using Done = std::function<void(std::vector<pki::FetchedCrl>)>;
  /// Each point as CrlCache::get; `done` runs on the thread of the fetcher, or never when that has ended.
  void fetch(std::vector<std::string> uris, std::vector<pki::Certificate> issuers, Done done);
  /// What is kept of each point, without the network. Blocks on the disk; on the calling thread.
  std::vector<pki::FetchedCrl> kept(const std::vector<std::string>& uris,
                                    const std::vector<pki::Certificate>& issuers) const;

 private:
  pki::CrlCache cache_;
  base::Loop loop_;
  std::thread thread_;
};

}  // namespace cadenas::pbx
