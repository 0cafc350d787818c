#include <algorithm>
#include <ctime>
#include <limits>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki/crl.hpp"
#include "pki/distinguished_name.hpp"
#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

constexpr std::string_view pem_start = "-----BEGIN X509 CRL-----";
constexpr int removed_from_crl = 8;  // RFC 5280 §5.3.1

tl::unexpected<base::Error> unsupported(const std::string& issuer, const std::string& what) {
  ERR_clear_error();
  return base::fail("crl.unsupported", "The revocation list of " + issuer + " " + what +
                                           "; expected a complete list of one CA (RFC 5280).");
}

tl::unexpected<base::Error> unreadable(std::string_view what) {
  return openssl_failure("crl.unreadable", what);
}

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return timegm(&parts);
}

base::WallTime wall_time(std::int64_t seconds) {
  return base::WallTime(std::chrono::seconds(seconds));
}

/// Why the list as a whole cannot be used; empty if it can.
std::string objection(const X509_CRL* list) {
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    X509_EXTENSION* extension = X509_CRL_get_ext(list, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (nid == NID_delta_crl) return "is a delta";
    if (nid == NID_issuing_distribution_point) return "covers a part of the certificates only, or several CAs";
    const bool known = nid == NID_crl_number || nid == NID_authority_key_identifier;
    if (known && X509_CRL_get_ext_by_NID(list, nid, i) >= 0) return "has an extension twice";
    if (!known && X509_EXTENSION_get_critical(extension) != 0) return "has a critical extension unknown here";
  }
  return {};
}

struct EntryReading {
  std::optional<RevokedEntry> entry;  ///< none for one that is no longer revoked
  std::string objection{};
};

base::Result<EntryReading> read_entry(const X509_REVOKED* revoked) {
  const auto when = seconds_of(X509_REVOKED_get0_revocationDate(revoked));
  if (!when) return unreadable("The revocation list has an entry whose date cannot be read");
  long reason = 0;
  for (int i = 0; i < X509_REVOKED_get_ext_count(revoked); ++i) {
    X509_EXTENSION* extension = X509_REVOKED_get_ext(revoked, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (nid == NID_certificate_issuer) return EntryReading{std::nullopt, "names certificates of another CA"};
    if (nid == NID_crl_reason) {
      const std::unique_ptr<ASN1_ENUMERATED, decltype(&ASN1_ENUMERATED_free)> value(
          static_cast<ASN1_ENUMERATED*>(X509V3_EXT_d2i(extension)), ASN1_ENUMERATED_free);
      if (!value) return unreadable("The revocation list has an entry whose reason cannot be read");
      reason = ASN1_ENUMERATED_get(value.get());
    } else if (nid != NID_invalidity_date && X509_EXTENSION_get_critical(extension) != 0) {
      return EntryReading{std::nullopt, "has an entry with a critical extension unknown here"};
    }
  }
  if (reason == removed_from_crl) return EntryReading{};
  constexpr std::int64_t latest = std::numeric_limits<std::uint32_t>::max();
  return EntryReading{RevokedEntry{.serial = SerialNumber::of(X509_REVOKED_get0_serialNumber(revoked)),
                                   .revoked_at = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*when, 0, latest)),
                                   .reason = static_cast<std::uint8_t>(std::clamp(reason, 0L, 255L))}};
}

base::Result<std::vector<RevokedEntry>> read_entries(X509_CRL* list, const std::string& issuer) {
  std::vector<RevokedEntry> entries;
  const STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list);
  const int count = revoked == nullptr ? 0 : sk_X509_REVOKED_num(revoked);
  if (count > 0) entries.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    auto reading = read_entry(sk_X509_REVOKED_value(revoked, i));
    if (!reading) return tl::unexpected(reading.error());
    if (!reading->objection.empty()) return unsupported(issuer, reading->objection);
    if (reading->entry) entries.push_back(*reading->entry);
  }
  // Stable: of one serial listed twice the first date is told.
  std::stable_sort(entries.begin(), entries.end(),
                   [](const RevokedEntry& a, const RevokedEntry& b) { return a.serial < b.serial; });
  return entries;
}

bool read_identifiers(const X509_CRL* list, CrlFacts& facts) {
  if (X509_CRL_get_ext_by_NID(list, NID_crl_number, -1) >= 0) {
    const Asn1IntegerHandle number(
        static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, NID_crl_number, nullptr, nullptr)));
    if (!number) return false;
    facts.number = SerialNumber::of(number.get());
  }
  if (X509_CRL_get_ext_by_NID(list, NID_authority_key_identifier, -1) < 0) return true;
  const std::unique_ptr<AUTHORITY_KEYID, decltype(&AUTHORITY_KEYID_free)> authority(
      static_cast<AUTHORITY_KEYID*>(X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, nullptr, nullptr)),
      AUTHORITY_KEYID_free);
  if (!authority) return false;
  if (const ASN1_OCTET_STRING* id = authority->keyid; id != nullptr) {
    facts.authority_key_id =
        base::to_hex({ASN1_STRING_get0_data(id), static_cast<std::size_t>(ASN1_STRING_length(id))});
  }
  return true;
}

std::shared_ptr<X509_CRL> owned(X509_CRL* list) {
  return {list, X509_CRL_free};
}

std::vector<std::shared_ptr<X509_CRL>> read_pem(base::ByteView octets) {
  std::vector<std::shared_ptr<X509_CRL>> lists;
  const BioHandle source(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
  while (source) {
    X509_CRL* list = PEM_read_bio_X509_CRL(source.get(), nullptr, nullptr, nullptr);
    if (list == nullptr) break;
    lists.push_back(owned(list));
  }
  // One list that breaks off must not pass for the end of the file.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return {};
  ERR_clear_error();
  return lists;
}

}  // namespace

base::Result<UnverifiedCrl> UnverifiedCrl::from(std::shared_ptr<X509_CRL> list) {
  CrlFacts facts;
  facts.issuer = distinguished_name(X509_CRL_get_issuer(list.get()));
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list.get());
  const auto this_update = seconds_of(X509_CRL_get0_lastUpdate(list.get()));
  const auto next_update = seconds_of(next);
  if (!this_update || (next != nullptr && !next_update) || !read_identifiers(list.get(), facts)) {
    return unreadable("The revocation list has dates or extensions that cannot be read");
  }
  facts.this_update = wall_time(*this_update);
  if (next_update) facts.next_update = wall_time(*next_update);
  if (const std::string why = objection(list.get()); !why.empty()) return unsupported(facts.issuer, why);
  auto entries = read_entries(list.get(), facts.issuer);
  if (!entries) return tl::unexpected(entries.error());
  facts.entries = entries->size();
  UnverifiedCrl crl;
  crl.list_ = std::move(list);
  crl.facts_ = std::make_shared<const CrlFacts>(std::move(facts));
  crl.entries_ = std::make_shared<const std::vector<RevokedEntry>>(std::move(*entries));
  return crl;
}

base::Result<std::vector<UnverifiedCrl>> UnverifiedCrl::parse(base::ByteView octets) {
  if (octets.size() > largest_crl) {
    return base::fail("crl.unreadable", "The revocation list is larger than 64 MiB.");
  }
  ERR_clear_error();
  std::vector<std::shared_ptr<X509_CRL>> lists;
  if (base::as_text(octets).find(pem_start) != std::string_view::npos) {
    lists = read_pem(octets);
  } else {
    const unsigned char* position = octets.data();
    auto list = owned(d2i_X509_CRL(nullptr, &position, static_cast<long>(octets.size())));
    if (list && position == octets.data() + octets.size()) lists.push_back(std::move(list));
  }
  if (lists.empty()) return unreadable("Expected a revocation list in DER or PEM form");
  std::vector<UnverifiedCrl> all;
  for (auto& list : lists) {
    auto crl = from(std::move(list));
    if (!crl) return tl::unexpected(crl.error());
    all.push_back(std::move(*crl));
  }
  return all;
}

}  // namespace cadenas::pki
