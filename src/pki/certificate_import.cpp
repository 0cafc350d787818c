#include "pki/certificate_import.hpp"

#include <utility>

#include "pki/chain.hpp"
#include "pki/pkcs12.hpp"

namespace cadenas::pki {
namespace {

ImportOutcome refusal(base::Error error, const SystemFacts& system) {
  ImportOutcome outcome;
  if (auto locked = locked_encryption(system)) outcome.findings.push_back(std::move(*locked));
  outcome.findings.push_back({Severity::error, std::move(error)});
  return outcome;
}

}  // namespace

ImportOutcome import_certificate(base::ByteView file, const base::SecretBytes& password, const SystemFacts& system,
                                 base::WallTime now) {
  auto contents = read_pkcs12(file, password);
  if (!contents) return refusal(std::move(contents.error()), system);
  auto chain = build_chain(contents->key, std::move(contents->certificates), now);
  if (!chain) return refusal(std::move(chain.error()), system);
  ImportOutcome outcome;
  outcome.findings = check_content(*chain, system, now);
  if (any_error(outcome.findings)) return outcome;
  auto identity = Identity::make(std::move(contents->key), std::move(chain->leaf), std::move(chain->intermediates),
                                 std::move(chain->root));
  if (!identity) {
    outcome.findings.push_back({Severity::error, std::move(identity.error())});
    return outcome;
  }
  outcome.identity = std::move(*identity);
  return outcome;
}

}  // namespace cadenas::pki
