#include <boost/json/object.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/object_reader.hpp"
#include "base/log.hpp"

namespace cadenas::admin {

namespace {

struct Login {
  std::string account;
  base::Endpoint peer;
  std::optional<store::AdminAccount> known;
};

Response refuse_for(base::Millis wait) {
  Response response = problem({"api.too-many-logins", "Too many wrong passwords; wait before the next try.", ""});
  response.headers.emplace_back("Retry-After", std::to_string((wait.count() + 999) / 1000));
  return response;
}

void finish(Context& context, const Login& login, bool right, const Reply& reply) {
  --context.waiting_logins;
  if (!right) {
    context.logins.failed(login.peer, login.account);
    base::log::warning("admin.login-failed", {{"peer", login.peer.address()}});
    return reply(problem({"api.login-failed", "Wrong user or password.", ""}));
  }
  context.logins.succeeded(login.peer, login.account);
  const OpenedSession opened = context.sessions.open(*login.known);
  base::log::info("admin.login", {{"account", login.account}, {"peer", login.peer.address()}});
  reply(created(boost::json::object{{"token", opened.token},
                                    {"user", login.account},
                                    {"role", store::to_string(login.known->role)},
                                    {"expires", timestamp(opened.expires)}}));
}

}  // namespace

void open_session(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  Login login{reader->required_text("user"), exchange.request.peer, std::nullopt};
  auto password = std::make_shared<base::SecretBytes>(
      base::SecretBytes::copy_of(base::as_bytes(reader->required_text("password"))));
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));

  Context& context = *exchange.context;
  if (const auto wait = context.logins.wait(login.peer, login.account); wait.count() > 0) {
    return reply(refuse_for(wait));
  }
  if (context.waiting_logins >= context.options.waiting_logins) {
    return reply(problem({"api.busy", "Too many logins are being checked; try again in a second.", ""}));
  }
  ++context.waiting_logins;
  const auto snapshot = context.store.snapshot();
  if (const auto at = snapshot->accounts.find(login.account); at != snapshot->accounts.end()) login.known = at->second;
  auto hash = login.known ? login.known->password : context.nobodys_password;

  context.post_slow([&context, login, hash = std::move(hash), password, reply] {
    const bool matches = hash.matches(base::as_text(password->view()));
    const bool right = matches && login.known.has_value();
    context.post([&context, login, right, reply] { finish(context, login, right, reply); });
  });
}

void get_session(const Exchange& exchange, const Reply& reply) {
  reply(ok(boost::json::object{{"user", exchange.caller.account}, {"role", store::to_string(exchange.caller.role)}}));
}

void close_session(const Exchange& exchange, const Reply& reply) {
  exchange.context->sessions.close(exchange.request.bearer);
  reply(no_content());
}

}  // namespace cadenas::admin
