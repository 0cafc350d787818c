#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "pki/identity.hpp"
#include "temporary_directory.hpp"

namespace cadenas::pki {

inline base::SecretBytes secret(std::string_view text) {
  return base::SecretBytes::copy_of(base::as_bytes(text));
}

/// PKCS#12 files made by the tools people make them with, and what those tools say about chains.
class Pkcs12Workshop {
 public:
  const std::filesystem::path& path() const { return directory_.path(); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path() / name, std::ios::binary) << content;
  }
  base::Bytes read(const std::string& name) const {
    std::ifstream in(path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  /// Whether `command`, in the directory, ends with 0.
  bool succeeds(const std::string& command) const {
    return std::system(("cd '" + path().string() + "' && " + command + " >out.txt 2>&1").c_str()) == 0;
  }
  void run(const std::string& command) const {
    if (succeeds(command)) return;
    const base::Bytes output = read("out.txt");
    throw std::runtime_error(command + ": " + std::string(base::as_text(output)));
  }
  void write_key(const std::string& name, const PrivateKey& key) const {
    write(name, base::as_text(key.to_pem().value().view()));
  }

  /// `openssl pkcs12 -export` with `options` and the password of `password` (octets as they are).
  base::Bytes export_by_openssl(const Identity& identity, const std::vector<Certificate>& others,
                                const std::string& options = {}, const std::string& password = "secret") const {
    write_key("key.pem", identity.key());
    write("leaf.pem", identity.leaf().to_pem());
    write("others.pem", to_pem(others));
    write("password", password + "\n");
    run("openssl pkcs12 -export -inkey key.pem -in leaf.pem " +
        std::string(others.empty() ? "" : "-certfile others.pem ") + options + " -passout file:password -out made.p12");
    return read("made.p12");
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace cadenas::pki
