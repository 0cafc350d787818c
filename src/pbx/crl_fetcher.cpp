#include "pbx/crl_fetcher.hpp"

#include <utility>

#include "base/thread_name.hpp"

namespace cadenas::pbx {

CrlFetcher::CrlFetcher(pki::CrlCache cache, const base::Clock& clock)
    : cache_(std::move(cache)), loop_(0, clock), thread_([this] {
        base::name_this_thread("crl-fetch");
        loop_.run();
      }) {}

CrlFetcher::~CrlFetcher() {
  loop_.stop();
  thread_.join();
}

void CrlFetcher::fetch(std::vector<std::string> uris, std::vector<pki::Certificate> issuers, Done done) {
  loop_.post([this, uris = std::move(uris), issuers = std::move(issuers), done = std::move(done)] {
    std::vector<pki::FetchedCrl> out;
    for (const std::string& uri : uris) out.push_back({uri, cache_.get(uri, issuers)});
    done(std::move(out));
  });
}

std::vector<pki::FetchedCrl> CrlFetcher::kept(const std::vector<std::string>& uris,
                                              const std::vector<pki::Certificate>& issuers) const {
  std::vector<pki::FetchedCrl> out;
  for (const std::string& uri : uris) {
    if (auto list = cache_.kept(uri, issuers)) out.push_back({uri, pki::CachedCrl{*std::move(list), false, {}}});
  }
  return out;
}

}  // namespace cadenas::pbx
