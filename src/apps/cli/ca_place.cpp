#include "apps/cli/ca_place.hpp"

#include <CLI/CLI.hpp>

#include "apps/cli/operation.hpp"

namespace cadenas::apps::cli {

void CaPlace::add_directory_option(CLI::App* command) {
  command->add_option("--dir", directory, "Directory of the CA")->required();
}

void CaPlace::add_pin_option(CLI::App* command) {
  command->add_option("--pin-file", pin_file, "File with the PIN of the token its key is in; - for standard input");
}

base::Result<pki::Authority> CaPlace::open(pki::Authority::Purpose purpose) const {
  return pki::Authority::open(directory, purpose, system_clock());
}

base::Result<pki::PrivateKey> CaPlace::key(const pki::Authority& authority, const Printing& printing) const {
  if (pin_file.empty()) return authority.key();
  const auto pin = take_secret(pin_file, printing);
  if (!pin) return tl::unexpected<base::Error>(pin.error());
  return authority.key(&*pin);
}

base::Result<base::SecretBytes> take_secret(const std::string& file, const Printing& printing) {
  const auto secret = take_password(file, printing);
  if (!secret) return tl::unexpected<base::Error>(secret.error());
  return base::SecretBytes::copy_of(base::as_bytes(*secret));
}

const base::Clock& system_clock() {
  static const base::SystemClock clock;
  return clock;
}

}  // namespace cadenas::apps::cli
