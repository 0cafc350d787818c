#pragma once

#include <string>

#include "apps/cli/commands.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/authority.hpp"

namespace CLI {
class App;
}

namespace cadenas::apps::cli {

/// Where a private CA is and how its key is reached. No server is asked.
struct CaPlace {
  std::string directory;
  std::string pin_file;  ///< "-": the input; only for a key in a token

  void add_directory_option(CLI::App* command);
  void add_pin_option(CLI::App* command);

  base::Result<pki::Authority> open(pki::Authority::Purpose purpose) const;
  base::Result<pki::PrivateKey> key(const pki::Authority& authority, const Printing& printing) const;
};

/// A secret from a file, or for "-" from the input (see take_password).
base::Result<base::SecretBytes> take_secret(const std::string& file, const Printing& printing);

const base::Clock& system_clock();

}  // namespace cadenas::apps::cli
