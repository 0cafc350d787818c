#include "apps/cli/program.hpp"

#include <CLI/CLI.hpp>
#include <istream>
#include <ostream>

#include "apps/cli/commands.hpp"

namespace cadenas::apps::cli {

namespace {

void take_environment(const Surroundings& surroundings, Access& access) {
  const auto take = [&](const char* name, auto& into) {
    if (std::string value = surroundings.environment(name); !value.empty()) into = value;
  };
  take("CADENAS_SERVER", access.server);
  take("CADENAS_STATE", access.state_directory);
  take("CADENAS_FINGERPRINT", access.fingerprint);
  take("CADENAS_TOKEN", access.token);
  take("CADENAS_USER", access.user);
  std::string home = surroundings.environment("HOME");
  std::string settings = surroundings.environment("XDG_CONFIG_HOME");
  if (settings.empty()) settings = (home.empty() ? "." : home) + "/.config";
  access.token_file = std::filesystem::path(settings) / "cadenas" / "token";
}

int status_of(const base::Error& error) {
  const std::string_view code = error.code;
  if (code == "api.not-authenticated" || code == "api.login-failed" || code == "api.role" ||
      code == "client.no-login" || code == "api.too-many-logins") {
    return not_logged_in;
  }
  if (code == "client.connect" || code == "client.tls" || code == "client.not-trusted" || code == "client.connection") {
    return unreachable;
  }
  return code.starts_with("client.") || code.starts_with("cert.") ? usage : refused;
}

}  // namespace

int run(std::vector<std::string> arguments, const Surroundings& surroundings) {
  Access access;
  take_environment(surroundings, access);
  bool json = false;

  CLI::App app{"Cadenas on the command line: asks and changes an iPBX over its admin API", "cadenas"};
  app.add_option("--server", access.server, "https://host:port of the admin API [CADENAS_SERVER]");
  app.add_option("--state", access.state_directory,
                 "State directory of the iPBX, for its certificate and first password [CADENAS_STATE]");
  app.add_option("--fingerprint", access.fingerprint,
                 "SHA-256 of the server's certificate, in place of the state directory [CADENAS_FINGERPRINT]");
  app.add_option("--ca", access.ca_file, "PEM file the server's certificate must be under");
  app.add_option("--user", access.user, "Account to log in with [CADENAS_USER]");
  app.add_option("--admin-password-file", access.password_file,
                 "Log in for this command with the password in this file");
  app.add_option("--token-file", access.token_file, "Where login keeps its token");
  app.add_flag("--json", json, "Print the answer of the API as JSON");
  app.set_version_flag("--version", CADENAS_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "CADENAS_TOKEN holds a token to use in place of a login.\n"
      "Exit status: 0 done, 1 refused by the iPBX, 2 wrong usage, 3 the iPBX cannot be reached or is not the one\n"
      "expected, 4 not logged in or not allowed.");

  Action action;
  add_commands(app, action);
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem, surroundings.out, surroundings.err) == 0 ? done : usage;
  }
  const auto outcome = action(access, {surroundings, json});
  if (outcome) return done;
  const base::Error& error = outcome.error();
  surroundings.err << "cadenas: " << error.message << " [" << error.code
                   << (error.field.empty() ? "" : ", " + error.field) << "]\n";
  return status_of(error);
}

}  // namespace cadenas::apps::cli
