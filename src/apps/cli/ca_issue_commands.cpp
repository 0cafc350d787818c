#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>
#include <sstream>

#include "apps/cli/ca_commands.hpp"
#include "apps/cli/ca_place.hpp"
#include "apps/cli/ca_views.hpp"
#include "apps/cli/operation.hpp"
#include "base/atomic_file.hpp"
#include "base/endpoint.hpp"
#include "pki/certificate_request.hpp"
#include "pki/identity.hpp"
#include "pki/phone_files.hpp"
#include "pki/pkcs12_writer.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::array;
using boost::json::object;

pki::KeyAlgorithm algorithm_of(const std::string& word) {
  if (word == "ecdsa_p256") return pki::KeyAlgorithm::ecdsa_p256;
  return word == "rsa_3072" ? pki::KeyAlgorithm::rsa_3072 : pki::KeyAlgorithm::rsa_2048;
}

void add_key_option(CLI::App* command, std::string& into) {
  add_word_option(command, "--key", into, {"rsa_2048", "rsa_3072", "ecdsa_p256"},
                  "Kind of the key; rsa_2048 by default, the one all phones know");
}

struct IssueOptions {
  CaPlace place;
  pki::SystemNames names;
  std::string key = "rsa_2048";
  std::int64_t days = pki::system_certificate_lifetime.count();
  std::string out;
  std::string password_file = "-";
  std::string request;
  bool names_from_request = false;
};

/// A PKCS#12 file with a new key, as `certs import` takes it.
base::Result<pki::Certificate> issue_with_key(pki::Authority& authority, const pki::PrivateKey& signer,
                                              const IssueOptions& o, const Printing& printing) {
  const auto password = take_secret(o.password_file, printing);
  if (!password) return tl::unexpected<base::Error>(password.error());
  if (password->empty()) return base::fail("client.password", "The password for the file is empty.", "password-file");
  auto key = pki::PrivateKey::generate(algorithm_of(o.key));
  if (!key) return tl::unexpected<base::Error>(key.error());
  auto leaf = authority.issue_for_system(signer, o.names, key->handle(), std::chrono::days(o.days));
  if (!leaf) return leaf;
  const auto identity = pki::Identity::make(std::move(*key), *leaf);
  if (!identity) return tl::unexpected<base::Error>(identity.error());
  const auto file = pki::write_pkcs12(*identity, {authority.certificate()}, *password);
  if (!file) return tl::unexpected<base::Error>(file.error());
  if (auto written = base::replace_file(o.out, *file, 0600); !written)
    return tl::unexpected<base::Error>(written.error());
  return leaf;
}

/// What a request asks to be called: the CN or else the first SAN address is the TEL address.
pki::SystemNames names_in(const pki::CertificateRequest& request) {
  pki::SystemNames names;
  names.other_addresses = request.ip_addresses();
  names.tel_address = request.common_name();
  if (!base::Endpoint::parse(names.tel_address, 0) && !names.other_addresses.empty()) {
    names.tel_address = names.other_addresses.front();
  }
  for (const std::string& name : request.dns_names()) {
    if (!base::Endpoint::parse(name, 0)) names.host_names.push_back(name);
  }
  return names;
}

/// The certificate with its CA as PEM, for the key that whoever sent the request keeps.
base::Result<pki::Certificate> issue_for_request(pki::Authority& authority, const pki::PrivateKey& signer,
                                                 const IssueOptions& o) {
  const auto octets = read_file(o.request);
  if (!octets) return tl::unexpected<base::Error>(octets.error());
  const auto request = pki::CertificateRequest::parse(base::as_bytes(*octets));
  if (!request) return tl::unexpected<base::Error>(request.error());
  auto leaf = authority.issue_for_system(signer, o.names_from_request ? names_in(*request) : o.names,
                                         request->public_key(), std::chrono::days(o.days));
  if (!leaf) return leaf;
  const std::string pem = leaf->to_pem() + authority.certificate().to_pem();
  if (auto written = base::replace_file(o.out, base::as_bytes(pem), 0644); !written) {
    return tl::unexpected<base::Error>(written.error());
  }
  return leaf;
}

base::Result<void> issue(const IssueOptions& o, const Printing& printing) {
  auto authority = o.place.open(pki::Authority::Purpose::change);
  if (!authority) return tl::unexpected<base::Error>(authority.error());
  const auto signer = o.place.key(*authority, printing);
  if (!signer) return tl::unexpected<base::Error>(signer.error());
  const auto issued =
      o.request.empty() ? issue_with_key(*authority, *signer, o, printing) : issue_for_request(*authority, *signer, o);
  if (!issued) return tl::unexpected<base::Error>(issued.error());
  print(printing, object{{"issued", array{issued_json(*issued, o.out, system_clock().now())}}}, show_issued);
  return {};
}

void add_issue(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("issue", "Issues a certificate for an iPBX (CERT-3), as PKCS#12");
  auto o = std::make_shared<IssueOptions>();
  o->place.add_directory_option(command);
  o->place.add_pin_option(command);
  command->add_option("address", o->names.tel_address, "Its telephony (TEL) address, which becomes the CN");
  command->add_option("--address", o->names.other_addresses, "Its other addresses (ADMIN)")->delimiter(',');
  command->add_option("--host", o->names.host_names, "Its FQDNs")->delimiter(',');
  add_key_option(command, o->key);
  command->add_option("--days", o->days, "How long it lasts; 730 by default, and no longer than the CA");
  command->add_option("--out", o->out, "File to write: .p12, or with --request the certificate and its CA as PEM")
      ->required();
  command->add_option("--password-file", o->password_file,
                      "File with the password for the PKCS#12 file; standard input when left out");
  auto* request = command->add_option("--request", o->request, "Certify the key of this request (PKCS#10) instead");
  command->add_flag("--names-from-request", o->names_from_request, "Take the names the request asks for")
      ->needs(request);
  command->callback(
      [o, &action] { action = [o](const Access&, const Printing& printing) { return issue(*o, printing); }; });
}

struct PhonesOptions {
  CaPlace place;
  std::vector<std::string> numbers;
  std::string list;
  std::string key = "rsa_2048";
  std::int64_t days = pki::phone_certificate_lifetime.count();
  std::string out;
};

/// Those named, then those of the file: a number a line, with its MAC behind a comma or space if known.
base::Result<std::vector<pki::PhoneName>> phones_of(const PhonesOptions& o) {
  std::vector<pki::PhoneName> phones;
  for (const std::string& number : o.numbers) phones.push_back({.number = number});
  if (!o.list.empty()) {
    auto text = read_file(o.list);
    if (!text) return tl::unexpected<base::Error>(text.error());
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
      std::replace_if(
          line.begin(), line.end(), [](char c) { return c == ',' || c == ';' || c == '\r'; }, ' ');
      std::istringstream words(line);
      pki::PhoneName phone;
      if (words >> phone.number) {
        words >> phone.mac;
        phones.push_back(std::move(phone));
      }
    }
  }
  if (!phones.empty()) return phones;
  return base::fail("client.phones", "Name the phones by number, or give --from with a file of them.", "numbers");
}

base::Result<pki::Certificate> issue_phone(pki::Authority& authority, const pki::PrivateKey& signer,
                                           const PhonesOptions& o, const pki::PhoneName& phone) {
  auto key = pki::PrivateKey::generate(algorithm_of(o.key));
  if (!key) return tl::unexpected<base::Error>(key.error());
  auto leaf = authority.issue_for_phone(signer, phone, key->handle(), std::chrono::days(o.days));
  if (!leaf) return leaf;
  const auto identity = pki::Identity::make(std::move(*key), *leaf);
  if (!identity) return tl::unexpected<base::Error>(identity.error());
  const auto written = pki::write_phone_files(o.out, phone.number, *identity, authority.certificate());
  if (!written) return tl::unexpected<base::Error>(written.error());
  return leaf;
}

/// One phone after the other: what breaks off in the middle has left whole files of those before.
base::Result<void> issue_phones(const PhonesOptions& o, const Printing& printing) {
  const auto phones = phones_of(o);
  if (!phones) return tl::unexpected<base::Error>(phones.error());
  auto authority = o.place.open(pki::Authority::Purpose::change);
  if (!authority) return tl::unexpected<base::Error>(authority.error());
  const auto signer = o.place.key(*authority, printing);
  if (!signer) return tl::unexpected<base::Error>(signer.error());
  array issued;
  for (const pki::PhoneName& phone : *phones) {
    const auto leaf = issue_phone(*authority, *signer, o, phone);
    if (!leaf) return tl::unexpected<base::Error>(leaf.error());
    const auto file = std::filesystem::path(o.out) / (phone.number + ".pem");
    issued.push_back(issued_json(*leaf, file, system_clock().now()));
  }
  print(printing, object{{"issued", std::move(issued)}}, show_issued);
  return {};
}

void add_issue_phones(CLI::App& group, Action& action) {
  CLI::App* command =
      group.add_subcommand("issue-phones", "Issues a certificate for each phone: NUMBER.crt, .key, .pem, and ca.pem");
  auto o = std::make_shared<PhonesOptions>();
  o->place.add_directory_option(command);
  o->place.add_pin_option(command);
  command->add_option("numbers", o->numbers, "Numbers of the phones");
  command->add_option("--from", o->list, "File of numbers, one a line, each with its MAC behind a comma if known");
  add_key_option(command, o->key);
  command->add_option("--days", o->days, "How long they last; 1095 by default, and no longer than the CA");
  command->add_option("--out", o->out, "Directory for the files")->required();
  command->callback(
      [o, &action] { action = [o](const Access&, const Printing& printing) { return issue_phones(*o, printing); }; });
}

}  // namespace

void add_ca_issue_commands(CLI::App& group, Action& action) {
  add_issue(group, action);
  add_issue_phones(group, action);
}

}  // namespace cadenas::apps::cli
