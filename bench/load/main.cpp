#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include <sys/resource.h>

#include "load/bare_servers.hpp"
#include "load/scenario.hpp"

namespace {

using cadenas::base::Endpoint;
namespace bench = cadenas::bench;
namespace sip = cadenas::sip;

void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

/// Load for a SIP server on loopback; prints one line of JSON. bench/signalling drives it.
int main(int argc, char** argv) {
  CLI::App app{"cadenas-load: measured load for a SIP server on loopback"};
  std::string scenario, address = "127.0.0.1", transport = "udp", certificate, key;
  std::uint16_t port = 5060;
  bench::LoadPlan plan;
  int seconds = 60;
  app.add_option("scenario", scenario, "register, connect-register, handshake, idle, calls, bare-udp or bare-tls")
      ->required()
      ->check(CLI::IsMember({"register", "connect-register", "handshake", "idle", "calls", "bare-udp", "bare-tls"}));
  app.add_option("--address", address, "loopback address of the server");
  app.add_option("--port", port, "its port");
  app.add_option("--transport", transport, "udp, tcp or tls")->check(CLI::IsMember({"udp", "tcp", "tls"}));
  app.add_option("--password", plan.password, "password of every phone");
  app.add_option("--first-number", plan.first_number, "number of the first phone");
  app.add_option("--phones", plan.phones, "phones at the same time");
  app.add_option("--operations", plan.operations, "operations to complete");
  app.add_option("--seconds", seconds, "bound on the run");
  app.add_option("--server-pid", plan.server_pids,
                 "processes whose CPU time and memory are counted, with their children");
  app.add_option("--certificate", certificate, "bare-tls: certificate file");
  app.add_option("--key", key, "bare-tls: key file");
  CLI11_PARSE(app, argc, argv);

  const auto server = Endpoint::parse(address, port);
  if (!server || (address.rfind("127.", 0) != 0 && address != "::1")) {
    std::fprintf(stderr, "cadenas-load: only a loopback address may be loaded, not %s\n", address.c_str());
    return 2;
  }
  raise_file_limit();
  // A server that closes a connection under our write is a broken wire, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  if (scenario == "bare-udp") bench::serve_bare_udp(*server);
  if (scenario == "bare-tls") bench::serve_bare_tls(*server, certificate, key);

  plan.server = *server;
  plan.server_name = address;
  plan.limit = std::chrono::seconds(seconds);
  plan.transport = transport == "udp"   ? sip::Transport::udp
                   : transport == "tcp" ? sip::Transport::tcp
                                        : sip::Transport::tls;
  const auto result = scenario == "register"           ? bench::run_register(plan)
                      : scenario == "connect-register" ? bench::run_connect_register(plan)
                      : scenario == "handshake"        ? bench::run_handshake(plan)
                      : scenario == "idle"             ? bench::run_idle(plan)
                                                       : bench::run_calls(plan);
  std::printf(
      "{\"completed\":%llu,\"failed\":%llu,\"seconds\":%.3f,\"server_cpu_us\":%.2f,\"server_kb\":%llu,"
      "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"problem\":\"%s\"}\n",
      static_cast<unsigned long long>(result.completed), static_cast<unsigned long long>(result.failed), result.seconds,
      result.server_cpu_us, static_cast<unsigned long long>(result.server_kb), result.p50_ms, result.p99_ms,
      result.problem.c_str());
  return result.problem.empty() && result.failed == 0 ? 0 : 1;
}
