#include <algorithm>
#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_subscription.hpp"

namespace cadenas::admin {

namespace {

base::Error unknown_number() {
  return {"subscription.unknown", "There is no subscription with this number.", "number"};
}

// After a change: the subscription as it now is.
void answer_with(const Exchange& exchange, const std::string& number, unsigned status, const Reply& reply) {
  const store::Subscription* now = exchange.context->store.snapshot()->find(number);
  if (!now) return reply(problem(unknown_number()));
  Response response = ok(to_json(*now));
  response.status = status;
  reply(std::move(response));
}

}  // namespace

void list_subscriptions(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  std::vector<const store::Subscription*> sorted;
  for (const auto& [number, subscription] : snapshot->subscriptions) sorted.push_back(subscription.get());
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
  boost::json::array out;
  for (const auto* subscription : sorted) out.push_back(to_json(*subscription));
  reply(ok({{"subscriptions", std::move(out)}}));
}

void get_subscription(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  const store::Subscription* found = snapshot->find(exchange.parameter("number"));
  reply(found ? ok(to_json(*found)) : problem(unknown_number()));
}

void add_subscription(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  auto subscription = read_new_subscription(exchange.request.body, snapshot->settings.realm);
  if (!subscription) return reply(problem(subscription.error()));
  const std::string number = subscription->number;
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.add_subscription(
      std::move(*subscription), on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "subscription.added", "The subscription was added.", number);
        answer_with(kept, number, 201, reply);
      }));
}

void change_subscription(const Exchange& exchange, const Reply& reply) {
  const auto snapshot = exchange.context->store.snapshot();
  const std::string number = exchange.parameter("number");
  const store::Subscription* current = snapshot->find(number);
  if (!current) return reply(problem(unknown_number()));
  auto changed = read_changed_subscription(exchange.request.body, *current, snapshot->settings.realm);
  if (!changed) return reply(problem(changed.error()));
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.change_subscription(
      std::move(*changed), on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "subscription.changed", "The subscription was changed.", number);
        answer_with(kept, number, 200, reply);
      }));
}

void remove_subscription(const Exchange& exchange, const Reply& reply) {
  const std::string number = exchange.parameter("number");
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->store.remove_subscription(
      number, on_api_thread<base::Result<void>>(exchange, [=](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, "subscription.removed", "The subscription was removed.", number);
        reply(no_content());
      }));
}

}  // namespace cadenas::admin
