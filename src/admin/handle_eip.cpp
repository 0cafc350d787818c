#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/handlers.hpp"
#include "admin/json_text.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

enum class CallsThen : std::uint8_t { go_on, end };

std::optional<CallsThen> parse_calls_then(std::string_view word) {
  if (word == "go_on") return CallsThen::go_on;
  if (word == "end") return CallsThen::end;
  return std::nullopt;
}

boost::json::object address_json(const base::AddressCheck& check) {
  return {{"address", check.address.address()},
          {"state", base::to_string(check.state)},
          {"interface", check.interface},
          {"reason", json_text(check.reason)}};
}

}  // namespace

void get_eip(const Exchange& exchange, const Reply& reply) {
  const pbx::EipView eip = exchange.context->pbx.eip();
  boost::json::array addresses;
  for (const base::AddressCheck& check : eip.addresses) addresses.push_back(address_json(check));
  reply(ok({{"in_service", eip.in_service},
            {"addresses", std::move(addresses)},
            {"sessions", eip.sessions},
            {"free_ports_ip4", eip.free_ports_ip4},
            {"free_ports_ip6", eip.free_ports_ip6}}));
}

void change_eip(const Exchange& exchange, const Reply& reply) {
  auto reader = ObjectReader::parse(exchange.request.body);
  if (!reader) return reply(problem(reader.error()));
  const auto in_service = reader->flag("in_service");
  const auto calls = reader->word("calls", parse_calls_then).value_or(CallsThen::go_on);
  if (auto good = reader->finish(); !good) return reply(problem(good.error()));
  if (!in_service) {
    return reply(problem({"request.member-missing", "This member must be given.", "in_service"}));
  }
  const Exchange kept{exchange.context, {}, exchange.caller};
  exchange.context->pbx.set_eip(
      *in_service, calls == CallsThen::end,
      on_api_thread<base::Result<void>>(exchange, [=, in_service = *in_service](const base::Result<void>& done) {
        if (!done) return reply(problem(done.error()));
        note(kept, in_service ? "eip.in-service" : "eip.out-of-service",
             in_service                ? "The media board was taken into service."
             : calls == CallsThen::end ? "The media board was taken out of service, and its calls were ended."
                                       : "The media board was taken out of service; its calls go on.",
             "eip");
        get_eip(kept, reply);
      }));
}

}  // namespace cadenas::admin
