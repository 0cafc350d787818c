#include <cstdint>
#include <string_view>

#include <openssl/err.h>

#include "pki/certificate_import.hpp"
#include "pki/pkcs12.hpp"
#include "require.hpp"

using namespace cadenas;
using namespace cadenas::pki;

// The kept files have this password.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::SecretBytes password = base::SecretBytes::copy_of(base::as_bytes(std::string_view("secret")));
  static const base::WallTime now{std::chrono::days(20000)};
  const auto contents = read_pkcs12({data, size}, password);
  require(ERR_peek_error() == 0);
  if (!contents) {
    require(contents.error().code.starts_with("pkcs12."));
    return 0;
  }
  require(!contents->certificates.empty());
  require(contents->certificates.size() <= most_pkcs12_certificates);
  const ImportOutcome outcome = import_certificate({data, size}, password, {.tel_address = "192.0.2.1"}, now);
  require(outcome.identity.has_value() != any_error(outcome.findings));
  require(ERR_peek_error() == 0);
  return 0;
}
