#include "admin/json_subscription.hpp"

#include <algorithm>

#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

constexpr std::size_t shortest_password = 6;
constexpr std::size_t longest_password = 128;

base::Result<void> check_password(std::string_view password) {
  const bool plain = std::none_of(password.begin(), password.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
  if (plain && password.size() >= shortest_password && password.size() <= longest_password) return {};
  return base::fail("subscription.password-invalid",
                    "A phone's password has 6 to 128 octets without control characters.", "password");
}

base::Result<store::Subscription> read(ObjectReader& reader, store::Subscription s, std::string_view realm) {
  if (const auto v = reader.text("display_name")) s.display_name = *v;
  if (const auto v = reader.text("auth_user")) s.auth_user = *v;
  if (const auto v = reader.flag("encryption_right")) s.encryption_right = *v;
  if (const auto v = reader.flag("intrusion_right")) s.intrusion_right = *v;
  if (const auto v = reader.flag("listen_right")) s.listen_right = *v;
  if (const auto v = reader.flag("intrusion_protected")) s.intrusion_protected = *v;
  if (const auto v = reader.text("facility_class")) s.facility_class = *v;
  if (const auto v = reader.word("srtp_mode", store::parse_srtp_mode)) s.srtp_mode = *v;
  if (const auto v = reader.word("terminal", store::parse_terminal_kind)) s.terminal = *v;
  if (const auto v = reader.word("offer_style", store::parse_offer_style)) s.offer_style = *v;
  const auto password = reader.text("password");
  if (auto read_well = reader.finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  if (s.auth_user.empty()) s.auth_user = s.number;
  s.credentials = {};
  if (password) {
    if (auto good = check_password(*password); !good) return tl::unexpected<base::Error>(good.error());
    s.credentials = store::digest_credentials(s.auth_user, realm, *password);
  }
  return s;
}

}  // namespace

boost::json::object to_json(const store::Subscription& s) {
  return {{"number", s.number},
          {"display_name", s.display_name},
          {"auth_user", s.auth_user},
          {"encryption_right", s.encryption_right},
          {"facility_class", s.facility_class},
          {"srtp_mode", store::to_string(s.srtp_mode)},
          {"terminal", store::to_string(s.terminal)},
          {"offer_style", store::to_string(s.offer_style)},
          {"intrusion_right", s.intrusion_right},
          {"listen_right", s.listen_right},
          {"intrusion_protected", s.intrusion_protected}};
}

boost::json::object to_json(const store::FacilityClass& c) {
  return {{"name", c.name}, {"encryption_right", c.encryption_right}};
}

base::Result<store::Subscription> read_new_subscription(std::string_view body, std::string_view realm) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  store::Subscription subscription;
  subscription.number = reader->required_text("number");
  reader->required_text("password");
  return read(*reader, std::move(subscription), realm);
}

base::Result<store::Subscription> read_changed_subscription(std::string_view body, store::Subscription current,
                                                            std::string_view realm) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  const std::string auth_user = current.auth_user;
  auto changed = read(*reader, std::move(current), realm);
  if (changed && changed->auth_user != auth_user && !reader->has("password")) {
    return base::fail("subscription.password-needed", "A new auth_user needs the password again.", "password");
  }
  return changed;
}

base::Result<store::FacilityClass> read_class(std::string_view body, std::string name) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  store::FacilityClass facility_class{std::move(name), true};
  if (const auto v = reader->flag("encryption_right")) facility_class.encryption_right = *v;
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return facility_class;
}

}  // namespace cadenas::admin
