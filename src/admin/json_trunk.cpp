#include "admin/json_trunk.hpp"

#include <boost/json/array.hpp>
#include <cstdint>
#include <limits>

#include "admin/answers.hpp"
#include "admin/json_text.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::uint64_t highest_port = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t any_number = std::numeric_limits<std::uint32_t>::max();

base::Result<store::TrunkRoute> read_route(ObjectReader& reader) {
  store::TrunkRoute route;
  route.prefix = reader.required_text("prefix");
  if (const auto v = reader.number("strip", any_number)) route.strip = static_cast<unsigned>(*v);
  if (auto good = reader.finish(); !good) return tl::unexpected<base::Error>(good.error());
  return route;
}

}  // namespace

object to_json(const store::Trunk& t) {
  array routes;
  for (const store::TrunkRoute& route : t.routes) {
    routes.push_back(object{{"prefix", route.prefix}, {"strip", route.strip}});
  }
  return {{"name", t.name},
          {"address", t.address},
          {"port", t.port},
          {"transport", store::to_string(t.transport)},
          {"tls_identity", t.tls_identity},
          {"send_port", store::destination_port(t)},
          {"routes", std::move(routes)},
          {"auth_user", t.auth_user},
          {"srtp_mode", store::to_string(t.srtp_mode)},
          {"offer_style", store::to_string(t.offer_style)},
          {"verify_server", t.verify_server},
          {"max_calls", t.max_calls}};
}

object to_json(const store::Trunk& trunk, const pbx::TrunkState& state) {
  object out = to_json(trunk);
  out["state"] = pbx::to_string(state.reach);
  out["state_since"] = state.reach == pbx::TrunkState::Reach::unknown ? value(nullptr) : value(timestamp(state.since));
  out["problem"] = state.code.empty()
                       ? value(nullptr)
                       : value(object{{"code", state.code}, {"message", json_text(state.message)}, {"field", ""}});
  return out;
}

base::Result<store::Trunk> read_trunk(std::string_view body, std::string name) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  store::Trunk trunk;
  trunk.name = std::move(name);
  trunk.address = reader->required_text("address");
  if (const auto v = reader->number("port", highest_port)) trunk.port = static_cast<std::uint16_t>(*v);
  if (const auto v = reader->word("transport", store::parse_trunk_transport)) trunk.transport = *v;
  if (const auto v = reader->text("tls_identity")) trunk.tls_identity = *v;
  if (const auto v = reader->number("send_port", highest_port)) trunk.send_port = static_cast<std::uint16_t>(*v);
  if (const auto v = reader->text("auth_user")) trunk.auth_user = *v;
  if (const auto v = reader->text("auth_password")) {
    trunk.auth_password = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(*v)));
  }
  if (const auto v = reader->word("srtp_mode", store::parse_srtp_mode)) trunk.srtp_mode = *v;
  if (const auto v = reader->word("offer_style", store::parse_offer_style)) trunk.offer_style = *v;
  if (const auto v = reader->flag("verify_server")) trunk.verify_server = *v;
  if (const auto v = reader->number("max_calls", any_number)) trunk.max_calls = static_cast<std::uint32_t>(*v);
  auto routes = reader->objects("routes");
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  for (ObjectReader& route_reader : routes.value_or(std::vector<ObjectReader>{})) {
    auto route = read_route(route_reader);
    if (!route) return tl::unexpected<base::Error>(route.error());
    trunk.routes.push_back(*std::move(route));
  }
  return trunk;
}

}  // namespace cadenas::admin
