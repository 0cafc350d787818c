// What a change of the iPBX's own certificate takes: the swap under live handshakes, the whole of a regeneration and of
// an import with its files, and reading a PKCS#12 file by what its password costs.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <benchmark/benchmark.h>
#include <openssl/pkcs12.h>

#include "pbx/certificate_keeper.hpp"
#include "pki/pkcs12.hpp"
#include "pki/tls_context.hpp"
#include "temporary_directory.hpp"
#include "test_ca.hpp"

namespace cadenas::pbx {
namespace {

using pki::issue;
using pki::KeyAlgorithm;

constexpr const char* password = "of the file";

base::SecretBytes secret() {
  return base::SecretBytes::copy_of(base::as_bytes(password));
}

/// As `openssl pkcs12 -export` writes it, the password stretched `iterations` times for each of three uses.
base::Bytes file_of(const pki::Identity& leaf, const pki::Identity& ca, int iterations) {
  const pki::X509StackHandle others(sk_X509_new_null());
  X509_add_cert(others.get(), ca.leaf().handle(), X509_ADD_FLAG_UP_REF);
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> file(
      PKCS12_create(password, nullptr, leaf.key().handle(), leaf.leaf().handle(), others.get(), NID_aes_256_cbc,
                    NID_aes_256_cbc, iterations, iterations, 0),
      PKCS12_free);
  base::Bytes octets(static_cast<std::size_t>(i2d_PKCS12(file.get(), nullptr)));
  auto* at = octets.data();
  i2d_PKCS12(file.get(), &at);
  return octets;
}

struct Company {
  explicit Company(KeyAlgorithm key)
      : ca(issue({.common_name = "CA", .ca = true, .key = key})),
        server(issue({.common_name = "127.0.0.1", .alternative_names = "IP:127.0.0.1", .key = key}, &ca)) {}

  pki::Identity ca;
  pki::Identity server;
};

/// `LiveIdentity::replace` and the new context for the handshakes to come.
void swap(benchmark::State& state, KeyAlgorithm key) {
  const auto one = std::make_shared<const pki::Identity>(issue({.common_name = "one", .key = key}));
  const auto other = std::make_shared<const pki::Identity>(issue({.common_name = "other", .key = key}));
  const auto live = std::make_shared<pki::LiveIdentity>(one);
  const auto context = pki::TlsServerContext::make(live).value();
  for (auto _ : state) {
    live->replace(live->current() == one ? other : one);
    if (!context->refresh()) throw std::runtime_error("the identity cannot be served");
  }
}

/// What keeps an iPBX's certificate, in service with its own.
class Keeping {
 public:
  explicit Keeping(KeyAlgorithm key)
      : keeper_(pki::IdentityStore(directory_.path(), clock_), {.key = key}, pki::TlsCompatibility::modern,
                std::make_shared<const pki::LiveStaple>(), in_service_) {
    if (!keeper_.put_into_service(names_, {})) throw std::runtime_error("no certificate to begin with");
  }

  CertificateKeeper& keeper() { return keeper_; }
  const pki::SelfSignedNames& names() const { return names_; }
  base::WallTime now() const { return clock_.now(); }

 private:
  const pki::SelfSignedNames names_{"127.0.0.1", {}, {}};
  base::SystemClock clock_;
  pki::TemporaryDirectory directory_;
  CertificateInService in_service_;
  CertificateKeeper keeper_;
};

void regenerate(benchmark::State& state, KeyAlgorithm key) {
  Keeping of(key);
  for (auto _ : state) {
    if (!of.keeper().regenerate(of.names())) throw std::runtime_error("not regenerated");
  }
}

void import(benchmark::State& state, KeyAlgorithm key) {
  const Company company(key);
  const base::Bytes file = file_of(company.server, company.ca, PKCS12_DEFAULT_ITER);
  Keeping of(key);
  for (auto _ : state) {
    const auto done = of.keeper().import(file, secret(), {.tel_address = "127.0.0.1"}, of.now());
    if (!done.certificate) throw std::runtime_error(done.findings.front().error.message);
  }
}

void read_pkcs12(benchmark::State& state) {
  static const Company company(KeyAlgorithm::rsa_2048);
  const base::Bytes file = file_of(company.server, company.ca, static_cast<int>(state.range(0)));
  for (auto _ : state) {
    if (!pki::read_pkcs12(file, secret())) throw std::runtime_error("not read");
  }
}

constexpr auto rsa = KeyAlgorithm::rsa_2048;
constexpr auto p256 = KeyAlgorithm::ecdsa_p256;
BENCHMARK_CAPTURE(swap, rsa2048, rsa)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(swap, p256, p256)->Unit(benchmark::kMicrosecond);
// With the files, so by the clock on the wall.
BENCHMARK_CAPTURE(regenerate, rsa2048, rsa)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(regenerate, p256, p256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import, rsa2048, rsa)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import, p256, p256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(read_pkcs12)->Arg(PKCS12_DEFAULT_ITER)->Arg(600'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cadenas::pbx
