#include "pki/authority_ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/read_file.hpp"

namespace cadenas::pki {
namespace {

constexpr std::string_view heading = "cadenas-ca-ledger\t1";
constexpr std::size_t largest_ledger = std::size_t{1} << 30;

constexpr std::array<std::pair<RevocationReason, std::string_view>, 5> reasons{
    {{RevocationReason::unspecified, "unspecified"},
     {RevocationReason::key_compromise, "keyCompromise"},
     {RevocationReason::affiliation_changed, "affiliationChanged"},
     {RevocationReason::superseded, "superseded"},
     {RevocationReason::cessation_of_operation, "cessationOfOperation"}}};

std::string seconds_text(base::WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<base::WallTime> time_of(std::string_view text) {
  const auto seconds = number<std::int64_t>(text);
  if (!seconds) return std::nullopt;
  return base::WallTime(std::chrono::seconds(*seconds));
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t start = 0; start <= line.size();) {
    const std::size_t end = std::min(line.find('\t', start), line.size());
    words.push_back(line.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

}  // namespace

std::string_view to_string(IssuedKind kind) {
  return kind == IssuedKind::system ? "system" : "phone";
}

std::string_view to_string(RevocationReason reason) {
  const auto* found =
      std::find_if(reasons.begin(), reasons.end(), [&](const auto& each) { return each.first == reason; });
  return found->second;
}

std::optional<RevocationReason> revocation_reason(std::string_view word) {
  const auto* found =
      std::find_if(reasons.begin(), reasons.end(), [&](const auto& each) { return each.second == word; });
  if (found == reasons.end()) return std::nullopt;
  return found->first;
}

FileWriting FileWriting::durable() {
  return {base::replace_file, base::extend_file};
}

base::Result<AuthorityLedger> AuthorityLedger::create(const std::filesystem::path& file, const std::string& crl_uri,
                                                      FileWriting writing) {
  std::string text(heading);
  text += "\ncrl-uri\t" + crl_uri + "\n";
  AuthorityLedger ledger(file, std::move(writing));
  if (auto written = ledger.writing_.replace(file, base::as_bytes(text), 0600); !written) {
    return tl::unexpected(written.error());
  }
  ledger.size_ = text.size();
  ledger.crl_uri_ = crl_uri;
  return ledger;
}

base::Result<AuthorityLedger> AuthorityLedger::read(const std::filesystem::path& file, FileWriting writing) {
  const auto octets = base::read_file(file, largest_ledger);
  if (!octets) {
    return base::fail("ca.ledger-unreadable", "The ledger " + file.string() + " is missing or cannot be read.",
                      file.string());
  }
  AuthorityLedger ledger(file, std::move(writing));
  std::string_view left = base::as_text(*octets);
  for (std::size_t line = 1; left.find('\n') != std::string_view::npos; ++line) {
    const std::string_view text = left.substr(0, left.find('\n'));
    if (line == 1 ? text != heading : !ledger.take_line(words_of(text))) {
      return base::fail("ca.ledger-unreadable",
                        "Line " + std::to_string(line) + " of the ledger " + file.string() +
                            " is damaged; restore the directory of the CA from its backup.",
                        file.string());
    }
    left.remove_prefix(text.size() + 1);
    ledger.size_ += text.size() + 1;
  }
  if (ledger.size_ > 0) return ledger;
  return base::fail("ca.ledger-unreadable", "The ledger " + file.string() + " is empty.", file.string());
}

bool AuthorityLedger::take_line(const std::vector<std::string_view>& words) {
  if (words[0] == "crl-uri" && words.size() == 2) {
    crl_uri_ = words[1];
    return true;
  }
  if (words[0] == "issued" && words.size() == 6) {
    const auto issued_at = time_of(words[3]);
    const auto not_after = time_of(words[4]);
    const bool known_kind = words[2] == "system" || words[2] == "phone";
    if (!issued_at || !not_after || !known_kind || words[1].empty() || by_serial_.contains(words[1])) return false;
    by_serial_.emplace(words[1], entries_.size());
    entries_.push_back({.serial = std::string(words[1]),
                        .kind = words[2] == "system" ? IssuedKind::system : IssuedKind::phone,
                        .common_name = std::string(words[5]),
                        .issued_at = *issued_at,
                        .not_after = *not_after});
    return true;
  }
  if (words[0] == "revoked" && words.size() == 4) {
    const auto at = time_of(words[2]);
    const auto reason = revocation_reason(words[3]);
    const auto found = by_serial_.find(words[1]);
    if (!at || !reason || found == by_serial_.end() || entries_[found->second].revoked_at) return false;
    entries_[found->second].revoked_at = at;
    entries_[found->second].reason = *reason;
    return true;
  }
  if (words[0] == "list" && words.size() == 2) {
    const auto taken = number<std::uint64_t>(words[1]);
    if (!taken || *taken <= list_number_) return false;
    list_number_ = *taken;
    return true;
  }
  return false;
}

const IssuedEntry* AuthorityLedger::find(const std::string& serial) const {
  const auto found = by_serial_.find(serial);
  return found == by_serial_.end() ? nullptr : &entries_[found->second];
}

base::Result<void> AuthorityLedger::append(const std::string& line) {
  const std::string text = line + "\n";
  if (auto written = writing_.extend(file_, size_, base::as_bytes(text)); !written) return written;
  size_ += text.size();
  // Read back the way a later run will.
  take_line(words_of(line));
  return {};
}

base::Result<void> AuthorityLedger::add(const IssuedEntry& entry) {
  if (find(entry.serial) != nullptr) {
    return base::fail("ca.serial-used", "The serial " + entry.serial + " was given before.", entry.serial);
  }
  return append("issued\t" + entry.serial + "\t" + std::string(to_string(entry.kind)) + "\t" +
                seconds_text(entry.issued_at) + "\t" + seconds_text(entry.not_after) + "\t" + entry.common_name);
}

base::Result<void> AuthorityLedger::revoke(const std::string& serial, base::WallTime at, RevocationReason reason) {
  const IssuedEntry* entry = find(serial);
  if (entry == nullptr) {
    return base::fail("ca.unknown-certificate", "This CA has issued no certificate " + serial + ".", serial);
  }
  if (entry->revoked_at) {
    return base::fail("ca.already-revoked", "The certificate " + serial + " is revoked already.", serial);
  }
  return append("revoked\t" + serial + "\t" + seconds_text(at) + "\t" + std::string(to_string(reason)));
}

base::Result<std::uint64_t> AuthorityLedger::take_list_number() {
  if (auto taken = append("list\t" + std::to_string(list_number_ + 1)); !taken) return tl::unexpected(taken.error());
  return list_number_;
}

}  // namespace cadenas::pki
