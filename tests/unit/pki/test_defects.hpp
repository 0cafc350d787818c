#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pki/content_rules.hpp"
#include "test_branch.hpp"

namespace cadenas::pki {

/// A branch with one thing wrong, and what the rules call it; no code for a good one.
struct BranchCase {
  std::string what;
  std::string code{};
  std::vector<BranchCertificate> wanted;  ///< from the root
  SystemFacts system{.tel_address = "192.0.2.1"};
  Severity severity = Severity::error;
  std::optional<std::size_t> left_out{};  ///< of the file, by its place in `wanted`
  bool with_stray = false;                ///< the file holds a certificate of somebody else, too
};

inline BranchCase good_case(std::size_t intermediates) {
  BranchCase made{.what = "good with " + std::to_string(intermediates), .wanted = {authority("root")}};
  for (std::size_t i = 0; i < intermediates; ++i) {
    const std::string length = std::to_string(intermediates - 1 - i);
    made.wanted.push_back(authority("issuing " + std::to_string(i), "critical,CA:TRUE,pathlen:" + length));
  }
  made.wanted.push_back(good_leaf());
  return made;
}

/// Cases of one length, each spoilt at one place.
class CasesOf {
 public:
  explicit CasesOf(std::size_t intermediates) : intermediates_(intermediates) {}

  std::size_t leaf() const { return intermediates_ + 1; }
  template <class Spoil>
  void add(const std::string& what, const std::string& code, std::size_t at, Spoil spoil) {
    BranchCase made = good_case(intermediates_);
    made.what += ": " + what + " at " + std::to_string(at);
    made.code = code;
    spoil(made, made.wanted[at]);
    all_.push_back(std::move(made));
  }
  template <class Spoil>
  void warn(const std::string& what, const std::string& code, std::size_t at, Spoil spoil) {
    add(what, code, at, spoil);
    all_.back().severity = Severity::warning;
  }
  std::vector<BranchCase> take() { return std::move(all_); }

 private:
  std::size_t intermediates_;
  std::vector<BranchCase> all_;
};

/// Every defect for which a verifier of anybody's refuses a branch with so many intermediates, at every place.
inline std::vector<BranchCase> every_flaw(std::size_t intermediates) {
  CasesOf cases(intermediates);
  const std::size_t leaf = cases.leaf();
  cases.add("expired", "cert.expired", leaf, [](auto&, auto& one) { one.until = std::chrono::hours(-1); });
  cases.add("future", "cert.not-yet-valid", leaf, [](auto&, auto& one) { one.from = std::chrono::hours(1); });
  cases.add("short key", "cert.weak-key", leaf, [](auto&, auto& one) { one.rsa_bits = 1024; });
  cases.add("SHA-1", "cert.weak-hash", leaf, [](auto&, auto& one) { one.hash = EVP_sha1(); });
  cases.add("wrong signature", "cert.bad-signature", leaf, [](auto&, auto& one) { one.wrongly_signed = true; });
  for (std::size_t at = 0; at < leaf; ++at) {
    cases.add("expired", "cert.issuer-expired", at, [](auto&, auto& one) { one.until = std::chrono::hours(-1); });
    cases.add("future", "cert.issuer-not-yet-valid", at, [](auto&, auto& one) { one.from = std::chrono::hours(1); });
    if (at == 0) continue;
    cases.add("no CA", "cert.issuer-not-ca", at, [](auto&, auto& one) { one.basic_constraints = "critical,CA:FALSE"; });
    cases.add("no Key Cert Sign", "cert.issuer-cannot-sign", at,
              [](auto&, auto& one) { one.key_usage = "critical,digitalSignature,cRLSign"; });
    cases.add("short key", "cert.issuer-weak-key", at, [](auto&, auto& one) { one.rsa_bits = 1024; });
    cases.add("SHA-1", "cert.issuer-weak-hash", at, [](auto&, auto& one) { one.hash = EVP_sha1(); });
    cases.add("wrong signature", "cert.bad-signature", at, [](auto&, auto& one) { one.wrongly_signed = true; });
    cases.add("left out", "cert.missing-intermediate", at, [at](auto& made, auto&) { made.left_out = at; });
    if (at + 1 < leaf) {
      cases.add("path length", "cert.path-too-long", at,
                [](auto&, auto& one) { one.basic_constraints = "critical,CA:TRUE,pathlen:0"; });
    }
  }
  return cases.take();
}

/// What makes a branch useless for an iPBX, its phones or its licence, though others would take it.
inline std::vector<BranchCase> every_misfit(std::size_t intermediates) {
  static const PrivateKey modern = private_key(KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")).get());
  CasesOf cases(intermediates);
  const std::size_t leaf = cases.leaf();
  const auto nameless = [](BranchCertificate& one) {
    one.name = "pbx";
    one.alternative_names = "DNS:pbx.example";
  };
  const auto reached_by_name = [](SystemFacts& system) {
    system.reached = Reach::by_host_name;
    system.tel_host_name = "pbx.example";
  };
  cases.add("self-signed", "cert.self-signed", leaf, [](auto& made, auto&) { made.wanted = {good_leaf()}; });
  cases.add("CA", "cert.leaf-is-ca", leaf, [](auto&, auto& one) { one.basic_constraints = "critical,CA:TRUE"; });
  cases.add("Key Cert Sign", "cert.leaf-is-ca", leaf,
            [](auto&, auto& one) { one.key_usage = "digitalSignature,keyCertSign"; });
  cases.add("Ed25519", "cert.key-unsupported", leaf, [](auto&, auto& one) { one.key = &modern; });
  cases.add("for clients", "cert.no-server-auth", leaf,
            [](auto&, auto& one) { one.extended_key_usage = "clientAuth"; });
  cases.add("unknown critical", "cert.chain-rejected", leaf,
            [](auto&, auto& one) { one.unknown_critical = "1.2.3.4.5"; });
  cases.add("no address", "cert.ip-missing", leaf, [&](auto& made, auto& one) {
    nameless(one);
    made.system.sip_service = false;
  });
  cases.add("other address", "cert.wrong-address", leaf, [](auto& made, auto& one) {
    one.name = "pbx";
    one.alternative_names = "IP:192.0.2.2";
    made.system.sip_service = false;
  });
  cases.add("no address for SIP", "cert.sip-needs-ip", leaf, [&](auto& made, auto& one) {
    nameless(one);
    reached_by_name(made.system);
  });
  cases.add("no address for sites", "cert.multisite-needs-ip", leaf, [&](auto& made, auto& one) {
    nameless(one);
    reached_by_name(made.system);
    made.system.sip_service = false;
    made.system.multisite = true;
  });
  cases.add("no FQDN", "cert.fqdn-missing", leaf, [&](auto& made, auto&) { reached_by_name(made.system); });
  cases.add("another CN", "cert.ip-not-in-cn", leaf, [](auto& made, auto& one) {
    one.name = "pbx";
    made.system.phones_5300 = true;
  });
  cases.add("for servers", "cert.multisite-key-purposes", leaf, [](auto& made, auto& one) {
    one.extended_key_usage = "serverAuth";
    made.system.multisite = true;
  });
  cases.add("locked", "licence.locked", leaf, [](auto& made, auto&) { made.system.encryption_unlocked = false; });
  cases.warn("expiring", "cert.expiring", leaf, [](auto&, auto& one) { one.until = std::chrono::hours(24 * 7); });
  cases.warn("name not in SAN", "cert.san-incomplete", leaf,
             [](auto& made, auto&) { made.system.other_host_names = {"admin.example"}; });
  cases.warn("allowed SHA-1", "cert.weak-hash", leaf, [](auto& made, auto& one) {
    one.hash = EVP_sha1();
    made.system.accept_old_hashes = true;
  });
  cases.warn("stray", "cert.extra", leaf, [](auto& made, auto&) { made.with_stray = true; });
  cases.warn("left out", "cert.missing-root", 0, [](auto& made, auto&) { made.left_out = 0; });
  for (std::size_t at = 0; at < leaf; ++at) {
    cases.add("no name", "cert.issuer-unnamed", at, [](auto&, auto& one) { one.name.clear(); });
    cases.add("Ed25519", "cert.issuer-key-unsupported", at, [](auto&, auto& one) { one.key = &modern; });
    cases.warn("expiring", "cert.issuer-expiring", at,
               [](auto&, auto& one) { one.until = std::chrono::hours(24 * 7); });
    if (at == 0) continue;
    cases.warn("allowed SHA-1", "cert.issuer-weak-hash", at, [](auto& made, auto& one) {
      one.hash = EVP_sha1();
      made.system.accept_old_hashes = true;
    });
  }
  return cases.take();
}

}  // namespace cadenas::pki
