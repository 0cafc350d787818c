#include "apps/cli/ca_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <ostream>

#include "apps/cli/ca_place.hpp"
#include "apps/cli/ca_views.hpp"
#include "apps/cli/operation.hpp"
#include "base/atomic_file.hpp"
#include "pki/token_key.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using Purpose = pki::Authority::Purpose;

struct InitOptions {
  CaPlace place;
  std::string name;
  std::string key = "ecdsa_p256";
  std::int64_t days = 3650;
  std::string crl_uri;
  std::string token;
  bool generate = false;
};

base::Result<pki::Authority> make_in_token(const InitOptions& o, const pki::AuthoritySettings& settings,
                                           const Printing& printing) {
  const auto uri = pki::TokenUri::parse(o.token);
  if (!uri) return tl::unexpected<base::Error>(uri.error());
  if (o.place.pin_file.empty()) return base::fail("ca.pin-needed", "A token asks for its PIN; give --pin-file.", "pin");
  const auto pin = take_secret(o.place.pin_file, printing);
  if (!pin) return tl::unexpected<base::Error>(pin.error());
  const auto key = o.generate ? pki::generate_token_key(*uri, *pin) : pki::open_token_key(*uri, *pin);
  if (!key) return tl::unexpected<base::Error>(key.error());
  return pki::Authority::make(o.place.directory, settings, *uri, *key, system_clock());
}

base::Result<void> init(const InitOptions& o, const Printing& printing) {
  const pki::AuthoritySettings settings{.name = o.name, .lifetime = std::chrono::days(o.days), .crl_uri = o.crl_uri};
  const auto algorithm = o.key == "ecdsa_p256" ? pki::KeyAlgorithm::ecdsa_p256 : pki::KeyAlgorithm::rsa_3072;
  const auto made = o.token.empty() ? pki::Authority::make(o.place.directory, settings, algorithm, system_clock())
                                    : make_in_token(o, settings, printing);
  if (!made) return tl::unexpected<base::Error>(made.error());
  const auto answer = to_json(*made, system_clock().now());
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  print(printing, *answer, show_ca);
  return {};
}

void add_init(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("init", "Makes a CA: its key, its certificate, an empty ledger");
  auto o = std::make_shared<InitOptions>();
  o->place.add_directory_option(command);
  o->place.add_pin_option(command);
  command->add_option("--name", o->name, "Its name (CN)")->required();
  add_word_option(command, "--key", o->key, {"ecdsa_p256", "rsa_3072"}, "Kind of its key; ecdsa_p256 by default");
  command->add_option("--days", o->days, "How long it lasts; 3650 by default")->check(CLI::Range(1, 10980));
  command->add_option("--crl-uri", o->crl_uri, "http address where its lists will be, put into what it issues");
  auto* token = command->add_option("--token", o->token, "pkcs11: URI of its key in a token, with module-path");
  command->add_flag("--generate", o->generate, "Make the key in the token (RSA 3072)")->needs(token);
  command->callback(
      [o, &action] { action = [o](const Access&, const Printing& printing) { return init(*o, printing); }; });
}

void add_show(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("show", "The CA itself");
  auto place = std::make_shared<CaPlace>();
  place->add_directory_option(command);
  command->callback([place, &action] {
    action = [place](const Access&, const Printing& printing) -> base::Result<void> {
      const auto authority = place->open(Purpose::look);
      if (!authority) return tl::unexpected<base::Error>(authority.error());
      const auto answer = to_json(*authority, system_clock().now());
      if (!answer) return tl::unexpected<base::Error>(answer.error());
      print(printing, *answer, show_ca);
      return {};
    };
  });
}

void add_list(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("list", "What it issued");
  auto place = std::make_shared<CaPlace>();
  place->add_directory_option(command);
  command->callback([place, &action] {
    action = [place](const Access&, const Printing& printing) -> base::Result<void> {
      const auto authority = place->open(Purpose::look);
      if (!authority) return tl::unexpected<base::Error>(authority.error());
      boost::json::array all;
      for (const auto& entry : authority->ledger().entries()) all.push_back(to_json(entry, system_clock().now()));
      print(printing, object{{"certificates", std::move(all)}}, show_ledger);
      return {};
    };
  });
}

struct RevokeOptions {
  CaPlace place;
  std::string which;
  std::string reason = "unspecified";
  bool all = false;
};

/// The serials meant: one, or all that stand under a name.
base::Result<std::vector<std::string>> chosen(const pki::Authority& authority, const RevokeOptions& o) {
  if (authority.ledger().find(o.which) != nullptr) return std::vector{o.which};
  auto serials = authority.standing(o.which);
  if (serials.empty()) {
    return base::fail("ca.unknown-certificate", "No certificate that stands has the serial or name " + o.which + ".",
                      o.which);
  }
  if (serials.size() == 1 || o.all) return serials;
  std::string text;
  for (const std::string& serial : serials) text += (text.empty() ? "" : ", ") + serial;
  return base::fail("ca.several-certificates",
                    "Several certificates of " + o.which + " stand: " + text + "; give a serial, or --all.", o.which);
}

base::Result<void> revoke(const RevokeOptions& o, const Printing& printing) {
  auto authority = o.place.open(Purpose::change);
  if (!authority) return tl::unexpected<base::Error>(authority.error());
  const auto serials = chosen(*authority, o);
  if (!serials) return tl::unexpected<base::Error>(serials.error());
  boost::json::array revoked;
  for (const std::string& serial : *serials) {
    auto done = authority->revoke(serial, *pki::revocation_reason(o.reason));
    if (!done) return done;
    revoked.push_back(to_json(*authority->ledger().find(serial), system_clock().now()));
  }
  print(printing, object{{"certificates", std::move(revoked)}}, show_ledger);
  return {};
}

void add_revoke(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("revoke", "Revokes a certificate; takes effect with the next list");
  auto o = std::make_shared<RevokeOptions>();
  o->place.add_directory_option(command);
  command->add_option("certificate", o->which, "Its serial, or its name where only one stands")->required();
  add_word_option(command, "--reason", o->reason,
                  {"unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation"}, "Why");
  command->add_flag("--all", o->all, "Every one of that name that stands");
  command->callback(
      [o, &action] { action = [o](const Access&, const Printing& printing) { return revoke(*o, printing); }; });
}

struct PublishOptions {
  CaPlace place;
  std::int64_t days = pki::revocation_list_lifetime.count();
  std::string copy;
  bool load = false;
};

base::Result<void> load_list(const Access& access, const base::Bytes& der) {
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  auto loaded = session->client().call("POST", "/api/v1/revocation-lists",
                                       boost::json::serialize(object{{"crl", base::to_base64(der)}}));
  if (!loaded) return tl::unexpected<base::Error>(loaded.error());
  return {};
}

base::Result<void> publish(const PublishOptions& o, const Access& access, const Printing& printing) {
  auto authority = o.place.open(Purpose::change);
  if (!authority) return tl::unexpected<base::Error>(authority.error());
  const auto key = o.place.key(*authority, printing);
  if (!key) return tl::unexpected<base::Error>(key.error());
  const auto list = authority->publish(*key, std::chrono::days(o.days));
  if (!list) return tl::unexpected<base::Error>(list.error());
  if (!o.copy.empty()) {
    if (auto copied = base::replace_file(o.copy, list->der, 0644); !copied) return copied;
  }
  if (o.load) {
    if (auto loaded = load_list(access, list->der); !loaded) return loaded;
  }
  object answer = to_json(*list);
  answer["file"] = authority->list_file().string();
  answer["pem_file"] = authority->list_pem_file().string();
  answer["loaded"] = o.load;
  print(printing, answer, show_published);
  return {};
}

void add_publish(CLI::App& group, Action& action) {
  CLI::App* command = group.add_subcommand("publish", "Signs a list of what is revoked");
  auto o = std::make_shared<PublishOptions>();
  o->place.add_directory_option(command);
  o->place.add_pin_option(command);
  command->add_option("--days", o->days, "Until the next one is due; 30 by default")->check(CLI::Range(1, 366));
  command->add_option("--to", o->copy, "A further file for the list (DER), as a web server gives it out");
  command->add_flag("--load", o->load, "Hand it to the running iPBX too, as `crl add` does");
  command->callback([o, &action] {
    action = [o](const Access& access, const Printing& printing) { return publish(*o, access, printing); };
  });
}

}  // namespace

void add_ca_commands(CLI::App& app, Action& action) {
  CLI::App* group = app.add_subcommand("ca", "A certificate authority of your own, in a directory; asks no iPBX");
  group->require_subcommand(1);
  add_init(*group, action);
  add_ca_issue_commands(*group, action);
  add_list(*group, action);
  add_revoke(*group, action);
  add_publish(*group, action);
  add_show(*group, action);
}

}  // namespace cadenas::apps::cli
