#include "admin/json_certificate.hpp"

#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/json_text.hpp"

namespace cadenas::admin {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::string_view word(pki::KeyKind kind) {
  return kind == pki::KeyKind::rsa ? "RSA" : kind == pki::KeyKind::ec ? "EC" : "other";
}

// Null where the extension is absent, and with it every restriction.
value names_of(bool present, std::initializer_list<std::pair<const char*, bool>> uses) {
  if (!present) return nullptr;
  array out;
  for (const auto& [name, set] : uses) {
    if (set) out.emplace_back(name);
  }
  return out;
}

}  // namespace

object to_json(const pki::Certificate& certificate, base::WallTime now) {
  const pki::CertificateFacts& f = certificate.facts();
  const auto left = std::chrono::floor<std::chrono::days>(f.not_after - now);
  return {{"subject", json_text(f.subject)},
          {"issuer", json_text(f.issuer)},
          {"common_name", json_text(f.common_name)},
          {"serial", f.serial},
          {"not_before", timestamp(f.not_before)},
          {"not_after", timestamp(f.not_after)},
          {"days_left", left.count()},
          {"state", pki::to_string(certificate.state(now))},
          {"self_signed", f.self_signed},
          {"ip_addresses", array(f.ip_addresses.begin(), f.ip_addresses.end())},
          {"dns_names", array(f.dns_names.begin(), f.dns_names.end())},
          {"ca", f.basic_constraints.ca},
          {"key_usage", names_of(f.key_usage.present, {{"digitalSignature", f.key_usage.digital_signature},
                                                       {"keyEncipherment", f.key_usage.key_encipherment},
                                                       {"keyAgreement", f.key_usage.key_agreement},
                                                       {"keyCertSign", f.key_usage.key_cert_sign},
                                                       {"cRLSign", f.key_usage.crl_sign}})},
          {"extended_key_usage",
           names_of(f.extended_key_usage.present, {{"serverAuth", f.extended_key_usage.server_auth},
                                                   {"clientAuth", f.extended_key_usage.client_auth}})},
          {"public_key", word(f.public_key.kind)},
          {"public_key_bits", f.public_key.bits},
          {"signature_hash", f.signature_hash},
          {"fingerprint_sha256", f.fingerprint_sha256},
          {"fingerprint_sha1", f.fingerprint_sha1},
          {"pem", certificate.to_pem()}};
}

object to_json(const pki::OcspState& state, base::WallTime now) {
  const bool current = state.answer && now < state.answer->until;
  object out{{"responder", state.responder.empty() ? value(nullptr) : value(json_text(state.responder))},
             {"status", current ? value(pki::to_string(state.answer->status)) : value(nullptr)},
             {"this_update", current ? value(timestamp(state.answer->this_update)) : value(nullptr)},
             {"until", current ? value(timestamp(state.answer->until)) : value(nullptr)},
             {"stapled", current && state.answer->status == pki::OcspStatus::good}};
  out["problem"] = state.problem ? value(json_text(state.problem->message)) : value(nullptr);
  return out;
}

object trust_json(const std::vector<pki::Certificate>& certificates, base::WallTime now) {
  array each;
  for (const pki::Certificate& certificate : certificates) each.push_back(to_json(certificate, now));
  return {{"certificates", std::move(each)}, {"pem", pki::to_pem(certificates)}};
}

array findings_json(const std::vector<pki::Finding>& findings) {
  array out;
  for (const auto& [severity, error] : findings) {
    out.push_back({{"severity", severity == pki::Severity::error ? "error" : "warning"},
                   {"code", error.code},
                   {"message", json_text(error.message)},
                   {"field", json_text(error.field)}});
  }
  return out;
}

object to_json(const pbx::ImportedCertificate& imported, base::WallTime now) {
  object out{{"imported", imported.certificate.has_value()}, {"findings", findings_json(imported.findings)}};
  out["certificate"] = imported.certificate ? boost::json::value(to_json(*imported.certificate, now)) : nullptr;
  return out;
}

}  // namespace cadenas::admin
