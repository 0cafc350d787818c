#include "admin/json_settings.hpp"

#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::SystemSettings& s) {
  const auto list = [](const std::vector<std::string>& texts) {
    return boost::json::array(texts.begin(), texts.end());
  };
  return {{"realm", s.realm},
          {"voice_encryption", s.voice_encryption},
          {"inter_ipbx_encryption", s.inter_ipbx_encryption},
          {"mode", store::to_string(s.mode)},
          {"tel_addresses", list(s.tel_addresses)},
          {"admin_addresses", list(s.admin_addresses)},
          {"fqdns", list(s.fqdns)},
          {"bind_phone_certificates", s.phone_certificates.bound_to_subscription},
          {"refuse_without_crl", s.phone_certificates.refuse_without_crl},
          {"refuse_on_stale_crl", s.phone_certificates.refuse_on_stale_crl},
          {"crl_uris", list(s.phone_certificates.crl_uris)}};
}

base::Result<store::SystemSettings> read_settings(std::string_view body, store::SystemSettings s) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  if (const auto v = reader->text("realm")) s.realm = *v;
  if (const auto v = reader->flag("voice_encryption")) s.voice_encryption = *v;
  if (const auto v = reader->flag("inter_ipbx_encryption")) s.inter_ipbx_encryption = *v;
  if (const auto v = reader->word("mode", store::parse_transport_mode)) s.mode = *v;
  if (auto v = reader->texts("tel_addresses")) s.tel_addresses = std::move(*v);
  if (auto v = reader->texts("admin_addresses")) s.admin_addresses = std::move(*v);
  if (auto v = reader->texts("fqdns")) s.fqdns = std::move(*v);
  store::PhoneCertificateRules& rules = s.phone_certificates;
  if (const auto v = reader->flag("bind_phone_certificates")) rules.bound_to_subscription = *v;
  if (const auto v = reader->flag("refuse_without_crl")) rules.refuse_without_crl = *v;
  if (const auto v = reader->flag("refuse_on_stale_crl")) rules.refuse_on_stale_crl = *v;
  if (auto v = reader->texts("crl_uris")) rules.crl_uris = std::move(*v);
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return s;
}

boost::json::object to_json(const store::AdminAccount& account) {
  return {{"name", account.name}, {"role", store::to_string(account.role)}};
}

boost::json::object to_json(const store::JournalEntry& e) {
  return {{"id", e.id},     {"at", timestamp(e.at)}, {"actor", e.actor},
          {"code", e.code}, {"message", e.message},  {"subject", e.subject}};
}

}  // namespace cadenas::admin
