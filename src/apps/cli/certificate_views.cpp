#include "apps/cli/certificate_views.hpp"

#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"
#include "apps/cli/views.hpp"
#include "pki/fingerprint.hpp"

namespace cadenas::apps::cli {

using boost::json::value;

namespace {

void show_ocsp(std::ostream& out, const value& ocsp) {
  if (text(ocsp, "responder").empty()) return;
  print_fields(out, {{"OCSP responder", text(ocsp, "responder")},
                     {"OCSP status", text(ocsp, "status")},
                     {"OCSP until", short_time(ocsp, "until")},
                     {"stapled", text(ocsp, "stapled")},
                     {"OCSP problem", text(ocsp, "problem")}});
}

}  // namespace

void show_certificate(std::ostream& out, const value& c) {
  print_fields(out, {{"subject", text(c, "subject")},
                     {"issuer", text(c, "issuer")},
                     {"self-signed", text(c, "self_signed")},
                     {"state", text(c, "state")},
                     {"not before", short_time(c, "not_before")},
                     {"not after", short_time(c, "not_after")},
                     {"days left", text(c, "days_left")},
                     {"addresses", text(c, "ip_addresses")},
                     {"names", text(c, "dns_names")},
                     {"extended key usage", text(c, "extended_key_usage")},
                     {"public key", text(c, "public_key") + " " + text(c, "public_key_bits")},
                     {"signature hash", text(c, "signature_hash")},
                     {"serial", text(c, "serial")},
                     {"SHA-256", pki::spell_fingerprint(text(c, "fingerprint_sha256"))},
                     {"SHA-1", pki::spell_fingerprint(text(c, "fingerprint_sha1"))}});
  if (c.is_object() && c.as_object().contains("ocsp")) show_ocsp(out, c.as_object().at("ocsp"));
}

std::string trust_pem(const value& answer) {
  const auto* pem = answer.is_object() ? answer.as_object().if_contains("pem") : nullptr;
  return pem != nullptr && pem->is_string() ? std::string(pem->as_string()) : "";
}

void show_trust(std::ostream& out, const value& answer) {
  for (const value& certificate : list(answer, "certificates")) {
    print_fields(out, {{"subject", text(certificate, "subject")},
                       {"not after", short_time(certificate, "not_after")},
                       {"SHA-256", pki::spell_fingerprint(text(certificate, "fingerprint_sha256"))},
                       {"SHA-1", pki::spell_fingerprint(text(certificate, "fingerprint_sha1"))}});
  }
  out << trust_pem(answer);
}

void show_import(std::ostream& out, const value& answer) {
  show_findings(out, answer);
  if (flag(answer, "imported")) show_certificate(out, answer.as_object().at("certificate"));
}

}  // namespace cadenas::apps::cli
