// The iPBX: reads its configuration, runs until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "admin/first_account.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/server.hpp"
#include "apps/configuration_file.hpp"
#include "apps/process_hardening.hpp"
#include "pbx/pbx.hpp"

namespace {

using namespace cadenas;

constexpr int cannot_start = 1;
constexpr int wrong_configuration = 2;

int tell(const base::Error& error, int status) {
  std::cerr << "cadenas-pbx: " << error.message << " [" << error.code << "]\n";
  base::log::error("program.failed", {{"code", error.code}, {"message", error.message}});
  base::log::close();
  return status;
}

void print_ready(const pbx::Health& health, const admin::Server& api, const std::filesystem::path& state) {
  std::cout << "cadenas-pbx ready:";
  for (const auto& at : health.listening) {
    std::cout << ' ' << sip::to_string(at.transport) << '=' << at.address.to_string();
  }
  std::cout << " API=https://" << api.address().to_string() << " state=" << state.string() << std::endl;
}

int serve(const apps::ProgramConfiguration& configuration, const sigset_t& ending) {
  const base::SystemClock clock;
  std::error_code no_directory;
  const bool made = std::filesystem::create_directories(configuration.state_directory, no_directory);
  if (made) {
    std::filesystem::permissions(configuration.state_directory, std::filesystem::perms::owner_all, no_directory);
  }
  if (no_directory) {
    return tell({"state.directory",
                 "The state directory " + configuration.state_directory.string() +
                     " cannot be made: " + no_directory.message() + ".",
                 "state_directory"},
                cannot_start);
  }

  auto created = pbx::Pbx::create(configuration.pbx, clock);
  if (!created) return tell(created.error(), cannot_start);
  pbx::Pbx& pbx = **created;
  const auto password_file = configuration.state_directory / "initial-admin-password";
  auto first = admin::ensure_first_account(pbx.store(), password_file);
  if (!first) return tell(first.error(), cannot_start);
  if (auto started = pbx.start(); !started) return tell(started.error(), cannot_start);
  admin::RunningPbx managed(pbx);
  auto api = admin::Server::start(configuration.admin, clock, pbx.store(), managed);
  if (!api) {
    pbx.stop();
    return tell(api.error(), cannot_start);
  }
  if (*first) {
    std::cout << "First start: the password of the administrator \"" << admin::first_account_name << "\" is in "
              << password_file.string() << '\n';
  }
  print_ready(pbx.health(), **api, configuration.state_directory);

  int signal = 0;
  sigwait(&ending, &signal);
  base::log::info("program.stopping", {{"signal", signal}});
  api->reset();
  pbx.stop();
  created->reset();
  base::log::close();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Cadenas, one iPBX: SIP service, media board, admin API"};
  std::string file = "/etc/cadenas/cadenas-pbx.toml";
  bool check = false;
  app.add_option("--config", file, "Configuration file (TOML)")->capture_default_str();
  app.add_flag("--check", check, "Read the configuration, say what is wrong with it, and end");
  app.set_version_flag("--version", CADENAS_VERSION);
  app.footer(
      "Exit status: 0 ended by SIGTERM or SIGINT (or --check found nothing), 1 could not start,\n"
      "2 the configuration is wrong.");
  CLI11_PARSE(app, argc, argv);

  const auto configuration = apps::load_configuration(file);
  if (!configuration) {
    std::cerr << "cadenas-pbx: " << file << ": " << configuration.error().message << " [" << configuration.error().code
              << "]\n";
    return wrong_configuration;
  }
  if (check) {
    std::cout << file << ": the configuration is right\n";
    return 0;
  }

  // Before the first thread, so that every thread leaves these signals to sigwait.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  if (auto forbidden = apps::forbid_core_dumps(); !forbidden) return tell(forbidden.error(), cannot_start);
  base::log::open(configuration->log_file, configuration->log_level);
  base::log::info("program.started", {{"version", CADENAS_VERSION}, {"open_files", apps::raise_open_files()}});
  try {
    return serve(*configuration, ending);
  } catch (const std::exception& problem) {
    return tell({"program.exception", problem.what(), ""}, cannot_start);
  }
}
