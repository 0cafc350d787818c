// The verdict on certificate chains held against x509-limbo, a suite of chains that nobody here wrote (limbo/README.md
// says which and from where).
#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/endpoint.hpp"
#include "pki/content_rules.hpp"
#include "pki/peer_refusal.hpp"
#include "pki/phone_trust.hpp"
#include "pki/tls_context.hpp"
#include "temporary_directory.hpp"
#include "test_ca.hpp"
#include "tls_pair.hpp"

namespace cadenas::pki {
namespace {

namespace json = boost::json;

struct Case {
  std::string id;
  bool of_client = false;  ///< the certificate is a client's, else a server's
  bool valid = false;      ///< what the suite says
  std::string peer_name;   ///< of a server, empty if none is expected
  std::vector<std::string> trusted;
  std::vector<std::string> intermediates;
  std::string leaf;
  std::string key;
  std::vector<std::string> lists;
  base::WallTime time;
};

std::vector<std::string> texts(const json::value& array) {
  std::vector<std::string> out;
  for (const json::value& each : array.as_array()) out.emplace_back(each.as_string());
  return out;
}

/// "2024-03-01T00:00:00", in UTC whatever follows.
base::WallTime time_of(const json::value& text) {
  if (text.is_null()) return base::SystemClock().now();
  std::tm parts{};
  if (strptime(text.as_string().c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) throw std::runtime_error("time");
  return base::WallTime(std::chrono::seconds(timegm(&parts)));
}

std::vector<Case> cases() {
  std::ifstream file(CADENAS_SOURCE_DIRECTORY "/tests/unit/pki/limbo/cases.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const json::value suite = json::parse(text);
  std::vector<Case> out;
  for (const json::value& each : suite.at("testcases").as_array()) {
    const json::value& name = each.at("expected_peer_name");
    out.push_back({.id = std::string(each.at("id").as_string()),
                   .of_client = each.at("validation_kind").as_string() == "CLIENT",
                   .valid = each.at("expected_result").as_string() == "SUCCESS",
                   .peer_name = name.is_null() ? std::string() : std::string(name.at("value").as_string()),
                   .trusted = texts(each.at("trusted_certs")),
                   .intermediates = texts(each.at("untrusted_intermediates")),
                   .leaf = std::string(each.at("peer_certificate").as_string()),
                   .key = std::string(each.at("peer_certificate_key").as_string()),
                   .lists = texts(each.at("crls")),
                   .time = time_of(each.at("validation_time"))});
  }
  return out;
}

/// Null where one of them cannot be read, which is a refusal.
std::optional<std::vector<Certificate>> read(const std::vector<std::string>& pems) {
  std::vector<Certificate> out;
  for (const std::string& pem : pems) {
    auto one = Certificate::from_pem(pem);
    if (!one) return std::nullopt;
    out.push_back(*std::move(one));
  }
  return out;
}

struct Verdict {
  bool accepted = false;
  std::string why{};
};

X509Handle x509_of(const std::string& pem) {
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return X509Handle(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

/// The one who shows the certificate: whatever it is, it is shown.
std::optional<SslHandle> shows(const Case& wanted) {
  const SslContextHandle context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  const BioHandle bio(BIO_new_mem_buf(wanted.key.data(), static_cast<int>(wanted.key.size())));
  const KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const X509Handle leaf = x509_of(wanted.leaf);
  if (!key || !leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return std::nullopt;
  }
  for (const std::string& pem : wanted.intermediates) {
    if (const X509Handle one = x509_of(pem)) SSL_CTX_add1_chain_cert(context.get(), one.get());
  }
  SslHandle session(SSL_new(context.get()));
  wanted.of_client ? SSL_set_connect_state(session.get()) : SSL_set_accept_state(session.get());
  return session;
}

/// A whole handshake in which our side checks the other's certificate under the CAs and lists it would have loaded for
/// phones, and fails closed where a list is wanted (MODE-3, CERT-7).
Verdict judge_peer(const Case& wanted) {
  const TemporaryDirectory directory;
  const base::ManualClock clock(wanted.time);
  PhoneTrust trust(directory.path(), clock);
  if (const auto loaded = trust.replace_authorities(boost::algorithm::join(wanted.trusted, "")); !loaded) {
    return {false, loaded.error().code};
  }
  for (const std::string& list : wanted.lists) static_cast<void>(trust.add_lists(base::as_bytes(list)));
  if (!wanted.lists.empty()) trust.set_policy({OnDoubt::refuse, OnDoubt::refuse});
  auto shown = shows(wanted);
  if (!shown) return {false, "OpenSSL cannot show it"};

  base::Result<SslHandle> ours = base::fail("", "");
  std::unique_ptr<TlsServerContext> server;
  std::unique_ptr<TlsClientContext> client;
  if (wanted.of_client) {
    server = TlsServerContext::make(live(issue({.common_name = "server"})),
                                    {.client_certificates = ClientCertificates::required,
                                     .trust_anchors = trust.certificates(),
                                     .revocation = trust.revocation(),
                                     .clock = &clock})
                 .value();
    ours = server->new_session();
  } else {
    client = TlsClientContext::make(
                 {.trust_anchors = trust.certificates(), .revocation = trust.revocation(), .clock = &clock})
                 .value();
    ours = client->new_session(wanted.peer_name);
  }
  if (!ours) return {false, ours.error().message};
  TlsPair pair =
      wanted.of_client ? TlsPair(std::move(*ours), std::move(*shown)) : TlsPair(std::move(*shown), std::move(*ours));
  const bool connected = pair.handshake();
  const RefusedPeer refused = read_peer_refusal(wanted.of_client ? pair.server() : pair.client());
  return {connected, refused.problem.empty() ? pair.problem() : refused.problem};
}

/// The file of an administrator who trusts this root, for a system of that name (CERT-4, CERT-5).
Verdict judge_import(const Case& wanted) {
  const auto anchors = read(wanted.trusted);
  auto file = read(wanted.intermediates);
  auto leaf = Certificate::from_pem(wanted.leaf);
  auto key = PrivateKey::from_pem(base::as_bytes(wanted.key));
  if (!anchors || !file || !leaf || !key) return {false, "unreadable"};
  file->push_back(*leaf);
  file->insert(file->end(), anchors->begin(), anchors->end());
  const auto chain = build_chain(*key, *file, wanted.time);
  if (!chain) return {false, chain.error().code};
  SystemFacts system{.tel_address = "192.0.2.1", .sip_service = false};
  if (base::Endpoint::parse(wanted.peer_name, 0)) {
    system.tel_address = wanted.peer_name;
  } else {
    system.tel_host_name = wanted.peer_name;
    system.reached = Reach::by_host_name;
  }
  Verdict verdict{true};
  for (const Finding& finding : check_content(*chain, system, wanted.time)) {
    if (finding.severity != Severity::error) continue;
    verdict.accepted = false;
    verdict.why += finding.error.code + " " + finding.error.message + " ";
  }
  return verdict;
}

/// Why a verdict of ours is not the suite's.
struct Reason {
  std::string_view why;
  std::set<std::string_view> ids;
};

void expect_agreement(const Case& each, const Verdict& verdict, std::span<const Reason> disagreements,
                      std::set<std::string_view>& met) {
  std::string_view why;
  for (const Reason& reason : disagreements) {
    if (const auto found = reason.ids.find(each.id); found != reason.ids.end()) {
      why = reason.why;
      met.insert(*found);
    }
  }
  EXPECT_EQ(verdict.accepted == each.valid, why.empty())
      << each.id << " is " << (each.valid ? "valid" : "invalid") << "; here it is "
      << (verdict.accepted ? "accepted" : "refused: " + verdict.why)
      << (why.empty() ? "" : ", though a disagreement is expected: " + std::string(why));
}

void expect_all_met(std::span<const Reason> disagreements, const std::set<std::string_view>& met) {
  for (const Reason& reason : disagreements) {
    for (const std::string_view id : reason.ids) EXPECT_TRUE(met.contains(id)) << id << " is no case of the suite";
  }
}

// Where both verdicts are more lenient than the suite, or stricter, and why that is meant.
const Reason of_both[]{
    {"a rule for CAs that write certificates, which validation does not ask for (RFC 5280 §6.1)",
     {"rfc5280::aki::leaf-missing-aki", "rfc5280::aki::intermediate-missing-aki",
      "rfc5280::aki::cross-signed-root-missing-aki", "rfc5280::ski::root-missing-ski",
      "rfc5280::ski::intermediate-missing-ski", "rfc5280::serial::too-long", "rfc5280::serial::zero",
      "rfc5280::nc::permitted-dns-match-noncritical", "rfc5280::nc::not-allowed-in-ee-noncritical",
      "rfc5280::nc::not-allowed-in-ee-critical", "rfc5280::pc::ica-noncritical-pc",
      "rfc5280::san::noncritical-with-empty-subject", "rfc5280::san::underscore-dns",
      "rfc5280::root-non-critical-basic-constraints"}},
    {"a rule of the CA/Browser Forum for the public Web; the CA of a company is not held to it",
     {"webpki::aki::root-with-aki-missing-keyidentifier",
      "webpki::cn::ipv4-hex-mismatch",
      "webpki::cn::ipv4-leading-zeros-mismatch",
      "webpki::cn::ipv6-uppercase-mismatch",
      "webpki::cn::ipv6-uncompressed-mismatch",
      "webpki::cn::ipv6-non-rfc5952-mismatch",
      "webpki::cn::punycode-not-in-san",
      "webpki::cn::utf8-vs-punycode-mismatch",
      "webpki::cn::not-in-san",
      "webpki::cn::case-mismatch",
      "webpki::eku::ee-anyeku",
      "webpki::eku::ee-critical-eku",
      "webpki::eku::ee-without-eku",
      "webpki::eku::root-has-eku",
      "webpki::nc::intermediate-permitted-excluded-subtrees-both-null",
      "webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences",
      "webpki::san::public-suffix-multi-label-wildcard-san",
      "webpki::san::public-suffix-private-namespace-wildcard-san",
      "webpki::san::san-critical-with-nonempty-subject",
      "webpki::malformed-aia",
      "webpki::forbidden-rsa-not-divisible-by-8-in-root",
      "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf"}},
    {"without SAN the name is looked for in the CN: so are certificates that phones have today (CERT-4)",
     {"webpki::san::no-san", "webpki::v1-cert"}},
    {"OpenSSL compares a wildcard with a constraint letter by letter",
     {"cve::cve-2025-61727", "rfc5280::nc::nc-forbids-dnsname-wildcard-san"}},
    {"OpenSSL takes names in constraints and SAN that are not well-formed, and compares them as they are",
     {"rfc5280::nc::invalid-dnsname-leading-period", "rfc5280::nc::nc-permits-invalid-dns-san"}},
    {"OpenSSL takes the last valid second for too late",
     {"rfc5280::validity::notafter-exact", "rfc5280::validity::notafter-fractional"}},
    {"the certificate is a CA's, whose Key Usage is not for TLS (CERT-5)",
     {"pathlen::validation-ignores-pathlen-in-leaf", "rfc5280::ca-as-leaf"}},
};

const Reason of_peers[]{
    {"a list says who is revoked also where it has no number, or marks it critical",
     {"crl::crlnumber-missing", "crl::crlnumber-critical"}},
    {"OpenSSL takes the first way up and does not try another for a constraint",
     {"rfc5280::nc::nc-forbids-alternate-chain-ica", "rfc5280::nc::nc-forbids-same-chain-ica"}},
    {"OpenSSL takes an e-mail address that is not well-formed; none means anything here",
     {"rfc5280::nc::nc-permits-invalid-email-san"}},
    {"a CA without a name is found all the same: the key identifiers agree", {"rfc5280::ca-empty-subject"}},
    {"a peer is not refused for what more its certificate would allow it",
     {"rfc5280::leaf-ku-keycertsign", "webpki::ee-basicconstraints-ca"}},
    {"what a trust anchor says of its own issuer is not looked at",
     {"webpki::aki::root-with-aki-authoritycertissuer", "webpki::aki::root-with-aki-authoritycertserialnumber",
      "webpki::aki::root-with-aki-all-fields", "webpki::aki::root-with-aki-ski-mismatch"}},
    {"a DSA key of 112 bits of strength is none that OpenSSL refuses in a CA", {"webpki::forbidden-dsa-root"}},
};

const Reason of_imports[]{
    {"the certificate of the iPBX is not looked up in lists when it is imported: whoever connects does that",
     {"crl::revoked-certificate-with-crl", "crl::crlnumber-missing", "crl::crlnumber-critical",
      "crl::issuer-missing-crlsign"}},
    {"an administrator trusts the root that is in the file, the suite another one",
     {"rfc5280::chain-untrusted-root", "pathological::pathological-chain-distinct-subject-distinct-key",
      "pathological::pathological-chain-distinct-subject-same-key",
      "pathological::pathological-chain-same-subject-same-key"}},
    {"the suite trusts a CA that is no root; a file that holds other CAs must lead to one", {"cve::cve-2024-0567"}},
};

std::vector<Reason> all_of(std::span<const Reason> own) {
  std::vector<Reason> all(std::begin(of_both), std::end(of_both));
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// CERT-5, CERT-7, MODE-3.
TEST(X509Limbo, AgreesOnWhomAHandshakeRefusesOrTheReasonIsNamed) {
  const std::vector<Reason> disagreements = all_of(of_peers);
  std::set<std::string_view> met;
  for (const Case& each : cases()) expect_agreement(each, judge_peer(each), disagreements, met);
  expect_all_met(disagreements, met);
}

// CERT-4, CERT-5.
TEST(X509Limbo, AgreesOnWhatAnImportRefusesOrTheReasonIsNamed) {
  const std::vector<Reason> disagreements = all_of(of_imports);
  std::set<std::string_view> met;
  for (const Case& each : cases()) {
    // Without a name to be reached by nothing can be imported.
    if (each.of_client || each.peer_name.empty()) continue;
    expect_agreement(each, judge_import(each), disagreements, met);
  }
  expect_all_met(disagreements, met);
}

}  // namespace
}  // namespace cadenas::pki
