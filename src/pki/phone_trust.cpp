#include "pki/phone_trust.hpp"

#include <algorithm>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "pki/crl_download.hpp"
#include "pki/finding_list.hpp"

namespace cadenas::pki {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view list_suffix = ".crl";
constexpr std::size_t largest_authorities = std::size_t{4} << 20;

// CERT-5: who signs others says so.
bool is_authority(const CertificateFacts& facts) {
  return facts.basic_constraints.ca && (!facts.key_usage.present || facts.key_usage.key_cert_sign);
}

void judge_dates(const Certificate& authority, base::WallTime now, FindingList& findings) {
  const auto state = authority.state(now);
  if (state == CertificateState::expired) {
    findings.warning("phone-ca.expired", "This CA has expired: no certificate under it is accepted.",
                     authority.facts().subject);
  } else if (state == CertificateState::not_yet_valid) {
    findings.warning("phone-ca.not-yet-valid", "This CA is not valid yet: until then no certificate under it is.",
                     authority.facts().subject);
  }
}

}  // namespace

PhoneTrust::PhoneTrust(fs::path directory, const base::Clock& clock)
    : directory_(std::move(directory)), clock_(clock), published_(std::make_shared<const PhoneAuthorities>()) {}

fs::path PhoneTrust::list_file(const IssuerId& issuer) const {
  return directory_ / (base::to_hex(issuer.digest) + std::string(list_suffix));
}

base::Result<void> PhoneTrust::open() {
  authorities_.clear();
  base::Result<void> outcome;
  if (std::error_code missing; fs::exists(authorities_file(), missing)) {
    const auto pem = base::read_file(authorities_file(), largest_authorities);
    auto read = pem ? Certificate::chain_from_pem({reinterpret_cast<const char*>(pem->data()), pem->size()})
                    : base::Result<std::vector<Certificate>>(base::fail("cert.unreadable", ""));
    if (read) {
      authorities_ = *std::move(read);
    } else {
      outcome = base::fail("phone-ca.unreadable", "The file of the CAs of phones cannot be read: load it again.",
                           authorities_file().filename().string());
    }
  }
  read_lists();
  rebuild();
  return outcome;
}

// A list that was damaged, or whose CA is trusted no more, is as good as none.
void PhoneTrust::read_lists() {
  from_files_.clear();
  for (const Certificate& authority : authorities_) {
    const auto octets = base::read_file(list_file(IssuerId::of(authority.handle())), largest_crl);
    if (!octets) continue;
    const auto lists = UnverifiedCrl::parse(*octets);
    if (!lists) continue;
    for (const UnverifiedCrl& list : *lists) {
      if (auto verified = list.verify({&authority, 1})) from_files_.push_back({*std::move(verified), "file"});
    }
  }
}

base::Result<std::vector<Finding>> PhoneTrust::replace_authorities(std::string_view pem) {
  auto read = Certificate::chain_from_pem(pem);
  if (!read) {
    return base::fail("phone-ca.unreadable", "Expected certificates of CAs as PEM: " + read.error().message, "pem");
  }
  FindingList findings;
  std::vector<Certificate> wanted;
  for (const Certificate& authority : *read) {
    if (!is_authority(authority.facts())) {
      return base::fail("phone-ca.not-a-ca", "This certificate may not sign others: it is no CA's.",
                        authority.facts().subject);
    }
    if (std::find(wanted.begin(), wanted.end(), authority) != wanted.end()) continue;
    judge_dates(authority, clock_.now(), findings);
    wanted.push_back(authority);
  }
  std::error_code error;
  fs::create_directories(directory_, error);
  if (auto kept = base::replace_file(authorities_file(), base::as_bytes(to_pem(wanted)), 0644); !kept) {
    return tl::unexpected(kept.error());
  }
  authorities_ = std::move(wanted);
  read_lists();
  // What was fetched has been verified under the CAs before; it comes again with the next fetch.
  fetched_.clear();
  fetch_problems_.clear();
  rebuild();
  return findings.take();
}

base::Result<std::vector<CrlFacts>> PhoneTrust::add_lists(base::ByteView octets) {
  const auto lists = UnverifiedCrl::parse(octets);
  if (!lists) return tl::unexpected(lists.error());
  std::vector<Crl> verified;
  for (const UnverifiedCrl& list : *lists) {
    auto good = list.verify(authorities_);
    if (!good) return tl::unexpected(good.error());
    if (const Loaded* loaded = newest(good->issuer()); loaded && loaded->list.newer_than(*good)) {
      return base::fail("crl.superseded", "A newer revocation list of this CA is in service already.",
                        good->facts().issuer);
    }
    verified.push_back(*std::move(good));
  }
  std::error_code error;
  fs::create_directories(directory_, error);
  std::vector<CrlFacts> out;
  for (const Crl& list : verified) {
    // The whole text under each issuer's name: reading takes from it what that issuer has signed.
    if (auto kept = base::replace_file(list_file(list.issuer()), octets, 0644); !kept) {
      read_lists();
      rebuild();
      return tl::unexpected(kept.error());
    }
    out.push_back(list.facts());
  }
  read_lists();
  rebuild();
  return out;
}

std::vector<std::string> PhoneTrust::distribution_points(const Certificate* own,
                                                         const std::vector<std::string>& configured) const {
  std::vector<std::string> out = configured;
  const auto add = [&out](const Certificate& certificate) {
    for (auto& uri : crl_distribution_points(certificate)) {
      if (std::find(out.begin(), out.end(), uri) == out.end()) out.push_back(std::move(uri));
    }
  };
  for (const Certificate& authority : authorities_) add(authority);
  // CERT-9: the iPBX and the phones share their CA, so its list is where the iPBX's certificate says.
  if (own) add(*own);
  return out;
}

void PhoneTrust::take_fetched(std::vector<FetchedCrl> fetched) {
  fetched_.clear();
  fetch_problems_.clear();
  for (FetchedCrl& point : fetched) {
    if (!point.outcome) {
      fetch_problems_.insert_or_assign(point.uri, point.outcome.error());
      continue;
    }
    if (point.outcome->problem) fetch_problems_.insert_or_assign(point.uri, *point.outcome->problem);
    fetched_.push_back({std::move(point.outcome->list), point.uri});
  }
  rebuild();
}

void PhoneTrust::set_policy(RevocationPolicy policy) {
  if (policy.missing_list == policy_.missing_list && policy.stale_list == policy_.stale_list) return;
  policy_ = policy;
  rebuild();
}

std::vector<Certificate> PhoneTrust::certificates() const {
  return authorities_;
}

const PhoneTrust::Loaded* PhoneTrust::newest(const IssuerId& issuer) const {
  const Loaded* best = nullptr;
  for (const auto* group : {&from_files_, &fetched_}) {
    for (const Loaded& loaded : *group) {
      if (!(loaded.list.issuer() == issuer)) continue;
      if (!best || loaded.list.newer_than(best->list)) best = &loaded;
    }
  }
  return best;
}

void PhoneTrust::rebuild() {
  std::vector<Crl> lists;
  for (const auto* group : {&from_files_, &fetched_}) {
    for (const Loaded& loaded : *group) lists.push_back(loaded.list);
  }
  revocation_->store(RevocationIndex::make(authorities_, std::move(lists), policy_));
  publish();
}

void PhoneTrust::publish() {
  auto next = std::make_shared<PhoneAuthorities>();
  for (const Certificate& certificate : authorities_) {
    PhoneAuthority authority{certificate, std::nullopt, {}, std::nullopt};
    if (const Loaded* loaded = newest(IssuerId::of(certificate.handle()))) {
      authority.list = loaded->list.facts();
      authority.list_source = loaded->source;
      if (const auto dates = loaded->list.check_dates(clock_.now()); !dates) authority.problem = dates.error();
      const auto failed = fetch_problems_.find(loaded->source);
      if (!authority.problem && failed != fetch_problems_.end()) authority.problem = failed->second;
    } else {
      authority.problem = base::Error{"crl.missing", "No revocation list of this CA is loaded.", ""};
    }
    next->push_back(std::move(authority));
  }
  // A point that never gave a list belongs to no CA that could be named: told with the first one that lacks a list.
  const auto lacking =
      std::find_if(next->begin(), next->end(), [](const PhoneAuthority& authority) { return !authority.list; });
  if (lacking != next->end() && !fetch_problems_.empty()) lacking->problem = fetch_problems_.begin()->second;
  published_.store(std::move(next));
}

}  // namespace cadenas::pki
