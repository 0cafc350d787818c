#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::pki {

enum class IssuedKind : std::uint8_t { system, phone };
/// "system" or "phone".
std::string_view to_string(IssuedKind kind);

/// Those of RFC 5280 §5.3.1 that a CA of phones and iPBXs has a use for, with their numbers there.
enum class RevocationReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5
};
/// "unspecified", "keyCompromise", "affiliationChanged", "superseded" or "cessationOfOperation".
std::string_view to_string(RevocationReason reason);
std::optional<RevocationReason> revocation_reason(std::string_view word);

/// One certificate as its CA remembers it.
struct IssuedEntry {
  std::string serial{};  ///< as CertificateFacts has it
  IssuedKind kind = IssuedKind::system;
  std::string common_name{};   ///< UTF-8 without control characters
  base::WallTime issued_at{};  ///< whole seconds, as all times here
  base::WallTime not_after{};  ///< the last second of validity
  std::optional<base::WallTime> revoked_at{};
  RevocationReason reason = RevocationReason::unspecified;
};

/// How the files of a CA are written; tests bring ways that fail or die half-way.
struct FileWriting {
  std::function<base::Result<void>(const std::filesystem::path&, base::ByteView, mode_t)> replace;
  std::function<base::Result<void>(const std::filesystem::path&, std::uintmax_t, base::ByteView)> extend;

  /// base::replace_file and base::extend_file.
  static FileWriting durable();
};

/// What a CA must never forget, one line each in a text file that only grows: certificates, revocations, numbers of
/// lists. A change is on the disk before the call that makes it returns. A last line without its end is what a crash
/// left of a call that never returned, and counts for nothing. One writer at a time, blocking.
class AuthorityLedger {
 public:
  /// An empty one in place of whatever is there, with where lists will be published (may be empty). Errors:
  /// "file.write-failed".
  static base::Result<AuthorityLedger> create(const std::filesystem::path& file, const std::string& crl_uri,
                                              FileWriting writing = FileWriting::durable());
  /// Errors: "ca.ledger-unreadable", with the number of the line: a CA that does not know what it did must not go on.
  static base::Result<AuthorityLedger> read(const std::filesystem::path& file,
                                            FileWriting writing = FileWriting::durable());

  /// In the order of issue.
  const std::vector<IssuedEntry>& entries() const { return entries_; }
  const IssuedEntry* find(const std::string& serial) const;
  /// Of the last list; 0 before the first.
  std::uint64_t last_list_number() const { return list_number_; }
  const std::string& crl_uri() const { return crl_uri_; }

  /// Errors: "ca.serial-used", "file.write-failed"; nothing is remembered then.
  base::Result<void> add(const IssuedEntry& entry);
  /// Errors: "ca.unknown-certificate", "ca.already-revoked", "file.write-failed".
  base::Result<void> revoke(const std::string& serial, base::WallTime at, RevocationReason reason);
  /// A number no list ever had, greater than all before, also where the list is never made. Errors:
  /// "file.write-failed".
  base::Result<std::uint64_t> take_list_number();

 private:
  AuthorityLedger(std::filesystem::path file, FileWriting writing)
      : file_(std::move(file)), writing_(std::move(writing)) {}
  bool take_line(const std::vector<std::string_view>& words);
  base::Result<void> append(const std::string& line);

  std::filesystem::path file_;
  FileWriting writing_;
  std::uintmax_t size_ = 0;  ///< octets of whole lines
  std::vector<IssuedEntry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_serial_;
  std::uint64_t list_number_ = 0;
  std::string crl_uri_;
};

}  // namespace cadenas::pki
