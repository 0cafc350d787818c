#include "apps/cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <ostream>

#include "apps/cli/bothway_commands.hpp"
#include "apps/cli/ca_commands.hpp"
#include "apps/cli/certificate_commands.hpp"
#include "apps/cli/eip_commands.hpp"
#include "apps/cli/operation.hpp"
#include "apps/cli/room_commands.hpp"
#include "apps/cli/snmp_commands.hpp"
#include "apps/cli/tdm_commands.hpp"
#include "apps/cli/trunk_commands.hpp"
#include "apps/cli/views.hpp"
#include "store/licence.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::object;
using boost::json::value;

struct SubscriptionOptions {
  std::string number;
  std::string password_file;
  std::optional<std::string> name;
  std::optional<std::string> auth_user;
  std::optional<std::string> facility_class;
  std::string right;
  std::string intrusion_right;
  std::string listen_right;
  std::string is_protected;
  std::string srtp_mode;
  std::string terminal;
  std::string offer_style;
};

void add_subscription_options(CLI::App* command, SubscriptionOptions& o) {
  command->add_option("number", o.number, "Its number")->required();
  command->add_option("--name", o.name, "Name to display");
  command->add_option("--auth-user", o.auth_user, "Digest user name; the number by default");
  command->add_option("--class", o.facility_class, "Class of facility; empty for none");
  add_word_option(command, "--right", o.right, {"yes", "no"}, "Right to encryption");
  add_word_option(command, "--intrusion-right", o.intrusion_right, {"yes", "no"}, "May intrude into calls of others");
  add_word_option(command, "--listen-right", o.listen_right, {"yes", "no"}, "May listen in on calls, and intervene");
  add_word_option(command, "--protected", o.is_protected, {"yes", "no"}, "Nobody intrudes or listens in");
  add_word_option(command, "--srtp-mode", o.srtp_mode, {"off", "preferred", "only"}, "sip srtp mode of the phone");
  add_word_option(command, "--terminal", o.terminal, {"sip", "mitel6000", "mivoice5300", "i7xx", "dect", "gateway"},
                  "Kind of terminal");
  add_word_option(command, "--offer-style", o.offer_style, {"savp", "avp_crypto", "dtls"},
                  "How encryption is offered to it");
}

base::Result<object> subscription_body(const SubscriptionOptions& o, const Printing& printing) {
  object body;
  if (!o.password_file.empty()) {
    const auto password = take_password(o.password_file, printing);
    if (!password) return tl::unexpected<base::Error>(password.error());
    body["password"] = *password;
  }
  if (o.name) body["display_name"] = *o.name;
  if (o.auth_user) body["auth_user"] = *o.auth_user;
  if (o.facility_class) body["facility_class"] = *o.facility_class;
  if (!o.right.empty()) body["encryption_right"] = o.right == "yes";
  if (!o.intrusion_right.empty()) body["intrusion_right"] = o.intrusion_right == "yes";
  if (!o.listen_right.empty()) body["listen_right"] = o.listen_right == "yes";
  if (!o.is_protected.empty()) body["intrusion_protected"] = o.is_protected == "yes";
  if (!o.srtp_mode.empty()) body["srtp_mode"] = o.srtp_mode;
  if (!o.terminal.empty()) body["terminal"] = o.terminal;
  if (!o.offer_style.empty()) body["offer_style"] = o.offer_style;
  return body;
}

void add_users(CLI::App& app, Action& action) {
  const std::string base = "/api/v1/subscriptions";
  CLI::App* users = app.add_subcommand("users", "Subscriptions: the numbers and the terminals behind them");
  on_get_alone(users, action, show_subscriptions, base);
  on_get(users->add_subcommand("list", "All of them"), action, show_subscriptions, base);

  CLI::App* show = users->add_subcommand("show", "One of them");
  auto number = std::make_shared<std::string>();
  show->add_option("number", *number, "Its number")->required();
  on(show, action, show_subscription, [=](const Printing&) {
    return Operation{"GET", base + "/" + segment(*number), {}};
  });

  CLI::App* add = users->add_subcommand("add", "Adds one");
  auto added = std::make_shared<SubscriptionOptions>();
  add_subscription_options(add, *added);
  add->add_option("--password-file", added->password_file, "File with the phone's password; - for standard input")
      ->required();
  on(add, action, show_subscription, [=](const Printing& printing) -> base::Result<Operation> {
    auto body = subscription_body(*added, printing);
    if (!body) return tl::unexpected<base::Error>(body.error());
    (*body)["number"] = added->number;
    return Operation{"POST", base, std::move(*body)};
  });

  CLI::App* set = users->add_subcommand("set", "Changes what is given of one");
  auto changed = std::make_shared<SubscriptionOptions>();
  add_subscription_options(set, *changed);
  set->add_option("--password-file", changed->password_file, "File with the new password; - for standard input");
  on(set, action, show_subscription, [=](const Printing& printing) -> base::Result<Operation> {
    auto body = subscription_body(*changed, printing);
    if (!body) return tl::unexpected<base::Error>(body.error());
    return Operation{"PATCH", base + "/" + segment(changed->number), std::move(*body)};
  });

  CLI::App* remove = users->add_subcommand("remove", "Removes one and its registrations");
  auto removed = std::make_shared<std::string>();
  remove->add_option("number", *removed, "Its number")->required();
  on(remove, action, nullptr, [=](const Printing&) { return Operation{"DELETE", base + "/" + segment(*removed), {}}; });
}

void add_classes(CLI::App& app, Action& action) {
  const std::string base = "/api/v1/classes";
  CLI::App* classes = app.add_subcommand("classes", "Classes of facility");
  on_get_alone(classes, action, show_classes, base);
  on_get(classes->add_subcommand("list", "All of them"), action, show_classes, base);
  CLI::App* set = classes->add_subcommand("set", "Adds or changes one");
  auto name = std::make_shared<std::string>();
  auto right = std::make_shared<std::string>("yes");
  set->add_option("name", *name, "Its name")->required();
  add_word_option(set, "--right", *right, {"yes", "no"}, "Right to encryption");
  on(set, action, nullptr, [=](const Printing&) {
    return Operation{"PUT", base + "/" + segment(*name), {{"encryption_right", *right == "yes"}}};
  });
  CLI::App* remove = classes->add_subcommand("remove", "Removes one that no subscription uses");
  auto removed = std::make_shared<std::string>();
  remove->add_option("name", *removed, "Its name")->required();
  on(remove, action, nullptr, [=](const Printing&) { return Operation{"DELETE", base + "/" + segment(*removed), {}}; });
}

void add_calls(CLI::App& app, Action& action) {
  CLI::App* calls = app.add_subcommand("calls", "Calls in progress");
  auto records = std::make_shared<bool>(false);
  auto id = std::make_shared<std::string>();
  calls->add_option("id", *id, "One call, in progress or ended, with its legs");
  calls->add_flag("--records", *records, "Calls that ended, newest first");
  calls->callback([=, &action] {
    const std::string target = !id->empty() ? "/api/v1/calls/" + segment(*id)
                               : *records   ? "/api/v1/call-records"
                                            : "/api/v1/calls";
    const View view = id->empty() ? show_calls : show_call;
    action = [=](const Access& access, const Printing& printing) {
      return perform(access, printing, {"GET", target, {}}, view);
    };
  });

  CLI::App* explain = app.add_subcommand("explain", "Why each leg of a call is or is not encrypted");
  auto explained = std::make_shared<std::string>();
  explain->add_option("call", *explained, "Its id, as `calls` prints it")->required();
  on(explain, action, show_explanation, [=](const Printing&) {
    return Operation{"GET", "/api/v1/calls/" + segment(*explained) + "/explain", {}};
  });
}

void add_settings(CLI::App& app, Action& action) {
  struct Options {
    std::string voice;
    std::string inter;
    std::string mode;
    std::string realm;
    std::optional<std::vector<std::string>> tel;
    std::optional<std::vector<std::string>> admin;
    std::optional<std::vector<std::string>> fqdns;
    std::string bind;
    std::string without_crl;
    std::string stale_crl;
    std::optional<std::vector<std::string>> crl_uris;
  };
  CLI::App* settings = app.add_subcommand("settings", "What holds for the whole iPBX; options change it");
  auto o = std::make_shared<Options>();
  add_word_option(settings, "--voice-encryption", o->voice, {"on", "off"}, "RIGHT-3, chiffrement voix");
  add_word_option(settings, "--inter-ipbx", o->inter, {"on", "off"}, "RIGHT-4, chiffrement inter-iPBX");
  add_word_option(settings, "--mode", o->mode, {"no_tls", "pbx_cert", "bothway"}, "MODE-1 to MODE-3");
  settings->add_option("--realm", o->realm, "Digest realm");
  settings->add_option("--tel", o->tel, "Telephony addresses")->delimiter(',');
  settings->add_option("--admin", o->admin, "Administration addresses")->delimiter(',');
  settings->add_option("--fqdn", o->fqdns, "Names of both interfaces")->delimiter(',');
  add_word_option(settings, "--bind-phone-certificates", o->bind, {"on", "off"},
                  "In BOTHWAY a phone registers only the number its certificate names");
  add_word_option(settings, "--without-crl", o->without_crl, {"refuse", "warn"}, "CERT-7, where a CA has no list");
  add_word_option(settings, "--on-stale-crl", o->stale_crl, {"refuse", "warn"}, "CERT-7, where a list is out of date");
  settings->add_option("--crl-uri", o->crl_uris, "http addresses of further revocation lists")->delimiter(',');
  on(settings, action, show_settings, [=](const Printing&) {
    object body;
    if (!o->voice.empty()) body["voice_encryption"] = o->voice == "on";
    if (!o->inter.empty()) body["inter_ipbx_encryption"] = o->inter == "on";
    if (!o->mode.empty()) body["mode"] = o->mode;
    if (!o->realm.empty()) body["realm"] = o->realm;
    if (o->tel) body["tel_addresses"] = boost::json::array(o->tel->begin(), o->tel->end());
    if (o->admin) body["admin_addresses"] = boost::json::array(o->admin->begin(), o->admin->end());
    if (o->fqdns) body["fqdns"] = boost::json::array(o->fqdns->begin(), o->fqdns->end());
    if (!o->bind.empty()) body["bind_phone_certificates"] = o->bind == "on";
    if (!o->without_crl.empty()) body["refuse_without_crl"] = o->without_crl == "refuse";
    if (!o->stale_crl.empty()) body["refuse_on_stale_crl"] = o->stale_crl == "refuse";
    if (o->crl_uris) body["crl_uris"] = boost::json::array(o->crl_uris->begin(), o->crl_uris->end());
    const std::string method = body.empty() ? "GET" : "PATCH";
    return Operation{method, "/api/v1/settings", std::move(body)};
  });
}

base::Result<void> unlock(const Access& access, const Printing& printing, std::string key) {
  auto session = LoggedIn::open(access);
  if (!session) return tl::unexpected<base::Error>(session.error());
  if (key.empty()) {
    auto licence = session->client().call("GET", "/api/v1/licence");
    if (!licence) return tl::unexpected<base::Error>(licence.error());
    const auto* id = licence->is_object() ? licence->as_object().if_contains("system_id") : nullptr;
    if (!id || !id->is_string()) return base::fail("client.answer", "The server names no system id.");
    key = store::unlock_key_for(std::string_view(id->as_string()));
  }
  auto answer =
      session->client().call("PUT", "/api/v1/licence", boost::json::serialize(object{{"unlock_key", std::move(key)}}));
  if (!answer) return tl::unexpected<base::Error>(answer.error());
  print(printing, *answer, show_licence);
  return {};
}

void add_system(CLI::App& app, Action& action) {
  on_get(app.add_subcommand("status", "How the iPBX is, and what keeps it from encrypting"), action, show_status,
         "/api/v1/status");
  CLI::App* registrations = app.add_subcommand("registrations", "The registered phones");
  auto number = std::make_shared<std::string>();
  registrations->add_option("number", *number, "Only those of this number");
  on(registrations, action, show_registrations, [=](const Printing&) {
    return Operation{"GET", "/api/v1/registrations" + (number->empty() ? "" : "?number=" + segment(*number)), {}};
  });

  on_get(app.add_subcommand("licence", "Whether encryption is unlocked"), action, show_licence, "/api/v1/licence");
  CLI::App* unlocking = app.add_subcommand("unlock", "Unlocks encryption (RIGHT-1)");
  auto key = std::make_shared<std::string>();
  unlocking->add_option("key", *key, "Unlock key; computed from the system id when left out");
  unlocking->callback([=, &action] {
    action = [key](const Access& access, const Printing& printing) { return unlock(access, printing, *key); };
  });
  on_get(app.add_subcommand("media", "Where voice is relayed: the embedded board and the pool of rtpengine"), action,
         show_media, "/api/v1/media");
  CLI::App* alarms = app.add_subcommand("alarms", "The alarms that stand");
  on_get_alone(alarms, action, show_alarms, "/api/v1/alarms");
  CLI::App* acknowledging = alarms->add_subcommand("ack", "Notes that somebody has seen one");
  auto alarm = std::make_shared<std::string>();
  acknowledging->add_option("id", *alarm, "Its id")->required();
  on(acknowledging, action, nullptr, [=](const Printing&) {
    return Operation{"POST", "/api/v1/alarms/" + segment(*alarm) + "/acknowledge", {}};
  });
  on_get(app.add_subcommand("journal", "What was changed, newest first"), action, show_journal, "/api/v1/journal");
}

void add_login(CLI::App& app, Action& action) {
  CLI::App* login = app.add_subcommand("login", "Logs in with --user and a password, and keeps the token");
  login->callback([&action] {
    action = [](const Access& access, const Printing& printing) -> base::Result<void> {
      const auto password = take_password(access.password_file.empty() ? "-" : access.password_file, printing);
      if (!password) return tl::unexpected<base::Error>(password.error());
      auto kept = log_in(access, *password);
      if (kept) printing.surroundings.out << "Logged in as " << access.user << ".\n";
      return kept;
    };
  });
  CLI::App* logout = app.add_subcommand("logout", "Ends the session that login keeps");
  logout->callback([&action] {
    action = [](const Access& access, const Printing& printing) -> base::Result<void> {
      auto ended = log_out(access);
      if (ended) printing.surroundings.out << "Logged out.\n";
      return ended;
    };
  });
}

}  // namespace

void add_commands(CLI::App& app, Action& action) {
  add_system(app, action);
  add_users(app, action);
  add_classes(app, action);
  add_calls(app, action);
  add_settings(app, action);
  add_certificate_commands(app, action);
  add_bothway_commands(app, action);
  add_snmp_commands(app, action);
  add_ca_commands(app, action);
  add_trunk_commands(app, action);
  add_room_commands(app, action);
  add_tdm_commands(app, action);
  add_eip_commands(app, action);
  add_login(app, action);
}

}  // namespace cadenas::apps::cli
