#include "pki/crl_cache.hpp"

#include <array>

#include <openssl/sha.h>

#include "base/atomic_file.hpp"
#include "base/read_file.hpp"

namespace cadenas::pki {
namespace {

namespace fs = std::filesystem;

base::Result<Crl> read_list(base::ByteView octets, std::span<const Certificate> issuers) {
  auto lists = UnverifiedCrl::parse(octets);
  if (!lists) return tl::unexpected(lists.error());
  if (lists->size() != 1) return base::fail("crl.unreadable", "Expected one revocation list of a distribution point.");
  return lists->front().verify(issuers);
}

/// CAs publish the next list before this one ends; by the last tenth of its life it should be there.
bool is_due(const Crl& list, base::WallTime now) {
  const auto& [this_update, next_update] = std::pair(list.facts().this_update, list.facts().next_update);
  return !next_update || now >= *next_update - (*next_update - this_update) / 10;
}

CachedCrl with_dates(Crl list, bool fetched, std::optional<base::Error> problem, base::WallTime now) {
  if (const auto dates = list.check_dates(now); !dates && !problem) problem = dates.error();
  return {std::move(list), fetched, std::move(problem)};
}

}  // namespace

CrlCache::CrlCache(fs::path directory, const base::Clock& clock, Fetch fetch)
    : directory_(std::move(directory)), clock_(clock), fetch_(std::move(fetch)) {}

fs::path CrlCache::file_of(const std::string& uri) const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(uri.data()), uri.size(), digest.data());
  return directory_ / (base::to_hex(digest) + ".crl");
}

std::optional<Crl> CrlCache::kept(const std::string& uri, std::span<const Certificate> issuers) const {
  const auto octets = base::read_file(file_of(uri), largest_crl);
  if (!octets) return std::nullopt;
  // A file that was changed or belongs to a CA no longer trusted is as good as none.
  auto list = read_list(*octets, issuers);
  return list ? std::optional(std::move(*list)) : std::nullopt;
}

base::Result<void> CrlCache::keep(const std::string& uri, base::ByteView octets) const {
  std::error_code error;
  fs::create_directories(directory_, error);
  return base::replace_file(file_of(uri), octets, 0644);
}

base::Result<CachedCrl> CrlCache::get(const std::string& uri, std::span<const Certificate> issuers) {
  auto old = kept(uri, issuers);
  const base::WallTime now = clock_.now();
  if (old && !is_due(*old, now)) return with_dates(std::move(*old), false, std::nullopt, now);
  return renew(uri, issuers, std::move(old));
}

base::Result<CachedCrl> CrlCache::renew(const std::string& uri, std::span<const Certificate> issuers) {
  return renew(uri, issuers, kept(uri, issuers));
}

base::Result<CachedCrl> CrlCache::renew(const std::string& uri, std::span<const Certificate> issuers,
                                        std::optional<Crl> kept) const {
  const auto octets = fetch_(uri);
  auto next = octets.and_then([&](const base::Bytes& fetched) { return read_list(fetched, issuers); });
  const base::WallTime now = clock_.now();
  if (!next) {
    base::Error problem = next.error();
    if (problem.field.empty()) problem.field = uri;
    if (!kept) return tl::unexpected(std::move(problem));
    return with_dates(std::move(*kept), false, std::move(problem), now);
  }
  if (kept && kept->issuer() == next->issuer() && kept->newer_than(*next)) {
    return with_dates(std::move(*kept), false, std::nullopt, now);
  }
  std::optional<base::Error> problem;
  if (const auto written = keep(uri, *octets); !written) problem = written.error();
  return with_dates(std::move(*next), true, std::move(problem), now);
}

}  // namespace cadenas::pki
