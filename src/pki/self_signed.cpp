#include "pki/self_signed.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"

namespace cadenas::pki {
namespace {

constexpr const char* failure_code = "cert.self-signed-failed";

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

base::Result<Identity> make_self_signed(const SelfSignedNames& names, base::WallTime now,
                                        const SelfSignedOptions& options) {
  const auto wanted = names_in_certificate(names, failure_code);
  if (!wanted) return tl::unexpected(wanted.error());
  auto key = PrivateKey::generate(options.key);
  if (!key) return base::fail(failure_code, key.error().message);
  CertificateDraft draft;
  draft.set_serial(random_serial());
  draft.set_validity(now - self_signed_backdating, now + self_signed_lifetime);
  draft.add_to_subject(SubjectPart::common_name, wanted->common_name);
  draft.set_public_key(key->handle());
  draft.make_system_certificate(*wanted);
  auto leaf = draft.sign(*key, options.hash);
  if (!leaf) return base::fail(failure_code, leaf.error().message);
  return Identity::make(std::move(*key), std::move(*leaf));
}

bool says_exactly(const Certificate& certificate, const SelfSignedNames& names) {
  const auto wanted = names_in_certificate(names, failure_code);
  const CertificateFacts& facts = certificate.facts();
  return wanted && facts.common_name == wanted->common_name &&
         sorted(facts.ip_addresses) == sorted(wanted->addresses) && sorted(facts.dns_names) == sorted(wanted->dns) &&
         facts.extended_key_usage.server_auth && facts.extended_key_usage.client_auth;
}

bool is_made_here(const Certificate& certificate) {
  const CertificateFacts& facts = certificate.facts();
  SelfSignedNames itself{.tel_address = facts.common_name, .other_addresses = facts.ip_addresses, .host_names = {}};
  for (const std::string& name : facts.dns_names) {
    if (!base::Endpoint::parse(name, 0)) itself.host_names.push_back(name);
  }
  return facts.self_signed && facts.not_after - facts.not_before == self_signed_lifetime + self_signed_backdating &&
         says_exactly(certificate, itself);
}

}  // namespace cadenas::pki
