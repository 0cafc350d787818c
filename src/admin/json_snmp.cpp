#include "admin/json_snmp.hpp"

#include <cstdint>
#include <limits>

#include "admin/object_reader.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::SnmpDestination& d) {
  return {{"name", d.name},
          {"address", d.address},
          {"port", d.port},
          {"version", store::to_string(d.version)},
          {"kind", store::to_string(d.kind)},
          {"user", d.user},
          {"least_severity", store::to_string(d.least_severity)},
          {"enabled", d.enabled},
          {"community_set", !d.community.empty()},
          {"authentication_passphrase_set", !d.authentication_passphrase.empty()},
          {"privacy_passphrase_set", !d.privacy_passphrase.empty()}};
}

base::Result<store::SnmpDestination> read_snmp_destination(std::string_view body, std::string name) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  store::SnmpDestination out;
  const auto secret = [&](const char* member) { return store::KeptSecret(reader->text(member).value_or("")); };
  out.name = std::move(name);
  out.address = reader->required_text("address");
  if (const auto v = reader->number("port", std::numeric_limits<std::uint16_t>::max())) {
    out.port = static_cast<std::uint16_t>(*v);
  }
  if (const auto v = reader->word("version", store::parse_snmp_version)) out.version = *v;
  if (const auto v = reader->word("kind", store::parse_snmp_kind)) out.kind = *v;
  if (auto v = reader->text("user")) out.user = *std::move(v);
  if (const auto v = reader->word("least_severity", store::parse_alarm_severity)) out.least_severity = *v;
  if (const auto v = reader->flag("enabled")) out.enabled = *v;
  out.community = secret("community");
  out.authentication_passphrase = secret("authentication_passphrase");
  out.privacy_passphrase = secret("privacy_passphrase");
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return out;
}

std::string_view word_of(alarms::Delivery delivery) {
  switch (delivery) {
    case alarms::Delivery::sent:
      return "sent";
    case alarms::Delivery::acknowledged:
      return "acknowledged";
    case alarms::Delivery::unanswered:
      break;
  }
  return "unanswered";
}

}  // namespace cadenas::admin
