#include <algorithm>
#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_call.hpp"
#include "admin/managed_pbx.hpp"

namespace cadenas::admin {

namespace {

using Calls = std::vector<pbx::CallView>;
using Registrations = std::vector<pbx::RegistrationView>;

base::Error unknown_call() {
  return {"call.unknown", "There is no call in progress, and no record of one, with this id.", "id"};
}

// The call in progress or, failing that, the record of the one that ended.
template <class ShowCall, class ShowRecord>
void find(const Exchange& exchange, const Reply& reply, ShowCall show_call, ShowRecord show_record) {
  const std::string id = exchange.parameter("id");
  const Exchange kept{exchange.context, {}, exchange.caller};
  const auto with_record = [=](const base::Result<store::CallRecord>& record) {
    if (record) return reply(ok(show_record(*record)));
    reply(problem(record.error().code == "call.unknown" ? unknown_call() : record.error()));
  };
  exchange.context->pbx.calls(on_api_thread<Calls>(exchange, [=](const Calls& calls) {
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const auto& call) { return call.id == id; });
    if (at != calls.end()) return reply(ok(show_call(*at)));
    kept.context->store.find_call(id, on_api_thread<base::Result<store::CallRecord>>(kept, with_record));
  }));
}

}  // namespace

void list_registrations(const Exchange& exchange, const Reply& reply) {
  const auto& query = exchange.request.query;
  const auto number = query.find("number");
  const std::string only = number == query.end() ? "" : number->second;
  exchange.context->pbx.registrations(on_api_thread<Registrations>(exchange, [=](Registrations all) {
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.number, a.contact_uri) < std::tie(b.number, b.contact_uri);
    });
    boost::json::array out;
    for (const auto& registration : all) {
      if (only.empty() || registration.number == only) out.push_back(to_json(registration));
    }
    reply(ok({{"registrations", std::move(out)}}));
  }));
}

void list_calls(const Exchange& exchange, const Reply& reply) {
  exchange.context->pbx.calls(on_api_thread<Calls>(exchange, [=](Calls calls) {
    std::sort(calls.begin(), calls.end(),
              [](const auto& a, const auto& b) { return std::tie(a.started, a.id) < std::tie(b.started, b.id); });
    boost::json::array out;
    for (const auto& call : calls) out.push_back(to_json(call));
    reply(ok({{"calls", std::move(out)}}));
  }));
}

void get_call(const Exchange& exchange, const Reply& reply) {
  find(
      exchange, reply, [](const pbx::CallView& call) { return to_json(call); },
      [](const store::CallRecord& record) { return to_json(record); });
}

void explain_call(const Exchange& exchange, const Reply& reply) {
  find(
      exchange, reply, [](const pbx::CallView& call) { return explanation(call); },
      [](const store::CallRecord& record) { return explanation(record); });
}

void list_call_records(const Exchange& exchange, const Reply& reply) {
  const auto limit = read_limit(exchange.request);
  if (!limit) return reply(problem(limit.error()));
  using Records = base::Result<std::vector<store::CallRecord>>;
  exchange.context->store.recent_calls(*limit, on_api_thread<Records>(exchange, [=](const Records& records) {
    if (!records) return reply(problem(records.error()));
    boost::json::array out;
    for (const auto& record : *records) out.push_back(to_json(record));
    reply(ok({{"call_records", std::move(out)}}));
  }));
}

void get_call_record(const Exchange& exchange, const Reply& reply) {
  using Record = base::Result<store::CallRecord>;
  exchange.context->store.find_call(exchange.parameter("id"),
                                    on_api_thread<Record>(exchange, [=](const Record& record) {
                                      reply(record ? ok(to_json(*record)) : problem(record.error()));
                                    }));
}

}  // namespace cadenas::admin
