#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/endpoint.hpp"
#include "load/process_cost.hpp"
#include "sip/flow.hpp"

namespace cadenas::bench {

/// What to do to which server; the same for every peer.
struct LoadPlan {
  base::Endpoint server;
  sip::Transport transport = sip::Transport::udp;
  std::string server_name;  ///< what stands in the URIs: the server's address
  std::string password;     ///< one for all phones
  unsigned first_number = 1000;
  unsigned phones = 64;  ///< phones (and so flows) at the same time
  std::uint64_t operations = 10000;
  std::chrono::seconds limit{60};
  std::vector<pid_t> server_pids;  ///< whose CPU time and memory are counted, together
};

/// What one run measured.
struct LoadResult {
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  double seconds = 0;
  double server_cpu_us = 0;     ///< server CPU time per operation, in microseconds; the figure per core is 1e6 / this
  std::uint64_t server_kb = 0;  ///< idle scenario: growth of the server's memory
  double p50_ms = 0;
  double p99_ms = 0;
  std::string problem;  ///< empty if all went as planned
};

/// REGISTER again and again on kept flows, each phone waiting for its answer before the next (nonce reused, nc rising).
LoadResult run_register(const LoadPlan& plan);
/// Connect, full TLS handshake, REGISTER, 401, REGISTER with digest, 200, gone: a phone that starts, and after it
/// another; plan.operations + plan.phones numbers are used.
LoadResult run_connect_register(const LoadPlan& plan);
/// A full TLS handshake, nothing else: against a bare OpenSSL server it is the raw limit.
LoadResult run_handshake(const LoadPlan& plan);
/// Opens plan.phones flows, registers each, and reads how much the server has grown.
LoadResult run_idle(const LoadPlan& plan);
/// INVITE (with digest), 180, 200, ACK, BYE, 200 between pairs of phones.
LoadResult run_calls(const LoadPlan& plan);

/// The nearest-rank percentile; 0 for no samples.
double percentile(std::vector<double> samples, double share);

}  // namespace cadenas::bench
