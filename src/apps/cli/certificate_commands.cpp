#include "apps/cli/certificate_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/certificate_views.hpp"
#include "apps/cli/operation.hpp"
#include "base/atomic_file.hpp"
#include "base/bytes.hpp"
#include "pki/fingerprint.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using boost::json::value;

constexpr const char* trust_path = "/api/v1/certificate/trust";
constexpr mode_t readable_by_all = 0644;

// The whole answer is shown either way; a refusal is also the program's.
base::Result<void> import_certificate(const Access& access, const Printing& printing, const std::string& file,
                                      const std::string& password_file) {
  const auto pkcs12 = read_file(file);
  if (!pkcs12) return tl::unexpected<base::Error>(pkcs12.error());
  const auto password = take_password(password_file, printing);
  if (!password) return tl::unexpected<base::Error>(password.error());
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  const object body{{"pkcs12", base::to_base64(base::as_bytes(*pkcs12))}, {"password", *password}};
  auto answer = session->client().call("POST", "/api/v1/certificate/import", boost::json::serialize(body));
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  print(printing, *answer, show_import);
  const auto* imported = answer->is_object() ? answer->as_object().if_contains("imported") : nullptr;
  if (imported && imported->is_bool() && imported->as_bool()) return {};
  return base::fail("certificate.not-imported", "The certificate was not imported; the one before stays in service.",
                    file);
}

base::Result<void> fetch_trust(const Access& access, const Printing& printing, const std::string& file) {
  if (file.empty()) return perform(access, printing, {"GET", trust_path, {}}, show_trust);
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  auto answer = session->client().call("GET", trust_path);
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  auto written = base::replace_file(file, base::as_bytes(trust_pem(*answer)), readable_by_all);
  if (written) printing.surroundings.out << "The CA file for phones is in " << file << ".\n";
  return written;
}

/// Whose fingerprint `wanted` is: what a phone's page or somebody on the line reads out is held against it.
base::Result<void> compare(const Access& access, const Printing& printing, const std::string& wanted) {
  const auto read = pki::read_fingerprint(wanted);
  if (!read) {
    return base::fail("client.fingerprint", "Expected a fingerprint of SHA-256 or SHA-1: 64 or 40 hexadecimal digits.",
                      "fingerprint");
  }
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  const auto certificate = session->client().call("GET", "/api/v1/certificate");
  if (!certificate) return tl::unexpected<base::Error>(certificate.error());
  const auto is_of = [&read](const value& one) {
    return text(one, "fingerprint_sha256") == *read || text(one, "fingerprint_sha1") == *read;
  };
  const auto say = [&printing](const value& one, const std::string& what) {
    printing.surroundings.out << "It is the fingerprint of " << what << ": " << text(one, "subject") << ".\n";
  };
  if (is_of(*certificate)) {
    say(*certificate, "the certificate in service");
    return {};
  }
  const auto trust = session->client().call("GET", trust_path);
  if (!trust) return tl::unexpected<base::Error>(trust.error());
  for (const value& one : list(*trust, "certificates")) {
    if (!is_of(one)) continue;
    say(one, "a CA for phones");
    return {};
  }
  return base::fail("certificate.other-fingerprint",
                    "It is the fingerprint of neither the certificate in service nor its CA: who shows it is not this "
                    "system, or shows a certificate of before.",
                    "fingerprint");
}

}  // namespace

void add_certificate_commands(CLI::App& app, Action& action) {
  CLI::App* certs = app.add_subcommand("certs", "The certificate of the SIP service");
  on_get_alone(certs, action, show_certificate, "/api/v1/certificate");
  on_get(certs->add_subcommand("show", "All its fields"), action, show_certificate, "/api/v1/certificate");
  on(certs->add_subcommand("regenerate", "Makes a new self-signed one; no connection drops"), action, show_certificate,
     [](const Printing&) {
       return Operation{"POST", "/api/v1/certificate/regenerate", {}};
     });
  CLI::App* importing = certs->add_subcommand("import", "Imports a trusted one from PKCS#12; no connection drops");
  auto file = std::make_shared<std::string>();
  auto password_file = std::make_shared<std::string>("-");
  importing->add_option("file", *file, "The PKCS#12 file (.p12, .pfx)")->required();
  importing->add_option("--password-file", *password_file, "File with its password; standard input when left out");
  importing->callback([=, &action] {
    action = [=](const Access& access, const Printing& printing) {
      return import_certificate(access, printing, *file, *password_file);
    };
  });
  CLI::App* trust = certs->add_subcommand("trust", "The CA file for phones, as PEM (CERT-10)");
  auto out = std::make_shared<std::string>();
  trust->add_option("--out", *out, "File to write it to, e.g. ca.crt; shown when left out");
  trust->callback([=, &action] {
    action = [=](const Access& access, const Printing& printing) { return fetch_trust(access, printing, *out); };
  });
  CLI::App* comparing = certs->add_subcommand("compare", "Whether a fingerprint is that of the certificate or its CA");
  auto fingerprint = std::make_shared<std::string>();
  comparing->add_option("fingerprint", *fingerprint, "SHA-256 or SHA-1, in any spelling")->required();
  comparing->callback([=, &action] {
    action = [=](const Access& access, const Printing& printing) { return compare(access, printing, *fingerprint); };
  });
}

}  // namespace cadenas::apps::cli
