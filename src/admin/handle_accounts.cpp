#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_settings.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

// On the API thread, once the hash of the password is there.
void store_account(const Exchange& kept, store::AdminAccount account, const Reply& reply) {
  const auto shown = to_json(account);
  const std::string name = account.name;
  kept.context->store.put_account(std::move(account),
                                  on_api_thread<base::Result<void>>(kept, [=](const base::Result<void>& done) {
                                    if (!done) return reply(problem(done.error()));
                                    note(kept, "account.put", "The account was set.", name);
                                    reply(ok(shown));
                                  }));
}

}  // namespace

void list_accounts(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  boost::json::array out;
  for (const auto& [name, account] : snapshot->accounts) out.push_back(to_json(account));
  reply(ok({{"accounts", std::move(out)}}));
}

void put_account(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  const auto role = reader->word("role", store::parse_admin_role);
  const auto password = reader->text("password");
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));

  Context& context = *exchange.context;
  const auto snapshot = context.store.snapshot();
  store::AdminAccount account{exchange.parameter("name"), store::AdminRole::reader, {}};
  if (const auto at = snapshot->accounts.find(account.name); at != snapshot->accounts.end()) account = at->second;
  if (role) account.role = *role;
  const Exchange kept{exchange.context, {}, exchange.caller};
  if (!password) return store_account(kept, std::move(account), reply);

  auto secret = std::make_shared<base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(*password)));
  context.post_slow([=, &context] {
    auto hash = store::PasswordHash::of(base::as_text(secret->view()));
    context.post([=] {
      if (!hash) {
        base::Error error = hash.error();
        error.field = "password";
        return reply(problem(error));
      }
      store::AdminAccount whole = account;
      whole.password = *hash;
      store_account(kept, std::move(whole), reply);
    });
  });
}

void remove_account(const Exchange& exchange, const Reply& reply) {
  const std::string name = exchange.parameter("name");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_account(
      name, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "account.removed", "The account was removed.", name);
        reply(no_content());
      }));
}

}  // namespace cadenas::admin
