#include "apps/cli/trunk_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <charconv>
#include <cstdint>
#include <memory>

#include "apps/cli/operation.hpp"
#include "apps/cli/trunk_views.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;

struct TrunkOptions {
  std::string name;
  std::string address;
  std::uint16_t port = 0;
  std::uint16_t send_port = 0;
  std::string transport = "udp";
  std::string identity;
  std::vector<std::string> prefixes;
  std::string auth_user;
  std::string password_file;
  std::string srtp = "off";
  std::string offer_style = "savp";
  bool unverified = false;
  std::uint32_t max_calls = 100;
};

/// "0" or "0:1": a prefix, and how many of its characters are not dialled on.
base::Result<object> route_of(const std::string& text) {
  const auto colon = text.find(':');
  unsigned strip = 0;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, strip);
    if (read.ec != std::errc{} || read.ptr != end) {
      return base::fail("client.option", "A prefix is written PREFIX or PREFIX:STRIP, as in 0:1.", "--prefix");
    }
  }
  return object{{"prefix", text.substr(0, colon)}, {"strip", strip}};
}

base::Result<Operation> put(const TrunkOptions& o, const Printing& printing) {
  boost::json::array routes;
  for (const std::string& prefix : o.prefixes) {
    auto route = route_of(prefix);
    if (!route) return tl::unexpected<base::Error>(route.error());
    routes.push_back(*std::move(route));
  }
  object body{{"address", o.address},         {"port", o.port},
              {"send_port", o.send_port},     {"transport", o.transport},
              {"tls_identity", o.identity},   {"routes", std::move(routes)},
              {"auth_user", o.auth_user},     {"srtp_mode", o.srtp},
              {"offer_style", o.offer_style}, {"verify_server", !o.unverified},
              {"max_calls", o.max_calls}};
  if (!o.password_file.empty()) {
    const auto password = take_password(o.password_file, printing);
    if (!password) return tl::unexpected<base::Error>(password.error());
    body["auth_password"] = *password;
  }
  return Operation{"PUT", "/api/v1/trunks/" + segment(o.name), std::move(body)};
}

void add_put_trunk(CLI::App* trunks, Action& action) {
  auto o = std::make_shared<TrunkOptions>();
  CLI::App* putting = trunks->add_subcommand("put", "Declares one, or changes it as a whole");
  putting->add_option("name", o->name, "Its name")->required();
  putting->add_option("address", o->address, "Literal IP address its messages come from and go to")->required();
  putting->add_option("--port", o->port, "Port they come from; any when left out");
  putting->add_option("--send-port", o->send_port, "Port they go to; 5060, with TLS 5061 when left out");
  add_word_option(putting, "--transport", o->transport, {"udp", "tcp", "tls"}, "How they come and go");
  putting->add_option("--tls-identity", o->identity, "Name in its certificate; its address when left out");
  putting->add_option("--prefix", o->prefixes,
                      "Numbers called over it, as PREFIX or PREFIX:STRIP; 0:1 dials 0123 as 123");
  putting->add_option("--auth-user", o->auth_user, "User name for its Digest challenges");
  putting->add_option("--password-file", o->password_file,
                      "File with the password for them, - for standard input; the stored one when left out");
  add_word_option(putting, "--srtp", o->srtp, {"off", "preferred", "only"}, "Encryption of voice, with TLS only");
  add_word_option(putting, "--offer-style", o->offer_style, {"savp", "avp_crypto", "dtls"},
                  "How encryption is offered to it");
  putting->add_flag("--unverified", o->unverified,
                    "Does not verify its certificate: encrypted, towards whoever answers there");
  putting->add_option("--max-calls", o->max_calls, "Calls at once, both directions together");
  on(putting, action, show_trunk, [=](const Printing& printing) { return put(*o, printing); });
}

}  // namespace

void add_trunk_commands(CLI::App& app, Action& action) {
  CLI::App* trunks = app.add_subcommand("trunks", "The declared SIP trunks, and whether they can be reached");
  on_get_alone(trunks, action, show_trunks, "/api/v1/trunks");
  add_put_trunk(trunks, action);
  CLI::App* removing = trunks->add_subcommand("remove", "Removes one");
  auto name = std::make_shared<std::string>();
  removing->add_option("name", *name, "Its name")->required();
  on(removing, action, nullptr, [=](const Printing&) {
    return Operation{"DELETE", "/api/v1/trunks/" + segment(*name), {}};
  });
}

}  // namespace cadenas::apps::cli
