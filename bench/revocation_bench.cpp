// The revocation list of 100,000 at work: the audit of 10,000 live connections against it, and loading it (CERT-7).
#include <vector>

#include <benchmark/benchmark.h>

#include "pki/crl.hpp"
#include "pki/revocation_audit.hpp"
#include "pki/revocation_index.hpp"
#include "revoked_list.hpp"

namespace cadenas::pki {
namespace {

constexpr int connections = 10'000;

struct World {
  Identity ca = issue({.common_name = "CA", .ca = true});
  base::Bytes der = list_of(ca);

  Crl list() const { return verified(der, ca.leaf()); }
};

const World& world() {
  static const World one;
  return one;
}

void audit(benchmark::State& state) {
  const World& of = world();
  const auto index = RevocationIndex::make(std::span(&of.ca.leaf(), 1), {of.list()});
  const IssuerId issuer = IssuerId::of(of.ca.leaf().handle());
  const SerialNumber root = SerialNumber::of(X509_get0_serialNumber(of.ca.leaf().handle()));
  std::vector<ChainKeys> chains;
  std::size_t octets = 0;
  for (int i = 0; i < connections; ++i) {
    // One connection in a hundred is on the list.
    const int number = i % 100 == 0 ? i : listed + i;
    ChainKeys chain;
    chain.rooted = true;
    chain.certificates = {{issuer, SerialNumber::of(integer_of(listed_serial(number)).get())}, {issuer, root}};
    octets += sizeof chain + chain.certificates.capacity() * sizeof(CertificateKey);
    chains.push_back(std::move(chain));
  }
  std::vector<AuditedConnection> live_ones;
  for (std::size_t i = 0; i < chains.size(); ++i) live_ones.push_back({i, &chains[i]});
  std::size_t found = 0;
  for (auto _ : state) {
    const auto revoked = find_revoked(*index, live_ones);
    found = revoked.size();
    benchmark::DoNotOptimize(revoked.data());
  }
  if (found != connections / 100) state.SkipWithError("the audit is wrong");
  state.counters["octets_per_connection"] = static_cast<double>(octets) / connections;
  state.counters["list_octets"] = static_cast<double>(index->lists().front().memory());
  state.counters["closed"] = static_cast<double>(found);
}

void load_list(benchmark::State& state) {
  const World& of = world();
  for (auto _ : state) benchmark::DoNotOptimize(of.list().memory());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * of.der.size()));
}

BENCHMARK(audit)->Unit(benchmark::kMillisecond);
BENCHMARK(load_list)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cadenas::pki
