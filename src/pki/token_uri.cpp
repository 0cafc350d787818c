#include "pki/token_uri.hpp"

#include <algorithm>
#include <boost/url/decode_view.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace cadenas::pki {
namespace {

constexpr std::string_view scheme = "pkcs11:";

tl::unexpected<base::Error> bad_uri(const std::string& what) {
  return base::fail(
      "token.uri",
      "Expected pkcs11:token=LABEL;object=KEY?module-path=/LIBRARY.so for the key in a token; " + what + ".", "token");
}

std::string* place_of(TokenUri& uri, std::string_view name) {
  if (name == "token") return &uri.token;
  if (name == "serial") return &uri.serial;
  if (name == "manufacturer") return &uri.manufacturer;
  if (name == "model") return &uri.model;
  if (name == "object") return &uri.object;
  return nullptr;
}

base::Result<std::string> decoded(std::string_view text) {
  const auto checked = boost::urls::make_pct_string_view(text);
  if (!checked) return bad_uri("a percent sign in it is not followed by two digits");
  const boost::urls::decode_view view(*checked);
  return std::string(view.begin(), view.end());
}

base::Result<void> take(TokenUri& uri, std::string_view name, const std::string& value, bool query) {
  if (name == "pin-value" || name == "pin-source") return bad_uri("the PIN does not belong in it");
  if (query) {
    if (name != "module-path") return bad_uri("after the question mark only module-path is known");
    uri.module_path = value;
    return {};
  }
  if (name == "id") {
    uri.id.assign(value.begin(), value.end());
  } else if (std::string* place = place_of(uri, name); place != nullptr) {
    *place = value;
  } else if (name != "type" || value != "private") {
    return bad_uri("it chooses by token, serial, manufacturer, model, object and id only");
  }
  return {};
}

base::Result<void> take_all(TokenUri& uri, std::string_view text, char between, bool query) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(between));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return bad_uri("an attribute in it has no value");
    const auto value = decoded(part.substr(equals + 1));
    if (!value) return tl::unexpected(value.error());
    if (auto taken = take(uri, part.substr(0, equals), *value, query); !taken) return taken;
  }
  return {};
}

std::string encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace

base::Result<TokenUri> TokenUri::parse(std::string_view text) {
  if (!text.starts_with(scheme)) return bad_uri("it begins with something else");
  text.remove_prefix(scheme.size());
  const std::string_view path = text.substr(0, text.find('?'));
  const std::string_view query = path.size() < text.size() ? text.substr(path.size() + 1) : std::string_view();
  TokenUri uri;
  if (auto taken = take_all(uri, path, ';', false); !taken) return tl::unexpected(taken.error());
  if (auto taken = take_all(uri, query, '&', true); !taken) return tl::unexpected(taken.error());
  if (uri.object.empty() && uri.id.empty()) return bad_uri("it names no key by object or id");
  if (!uri.module_path.starts_with('/')) return bad_uri("it names no module by its absolute path");
  return uri;
}

std::string TokenUri::to_string() const {
  std::string path;
  const auto add = [&path](const char* name, std::string_view value) {
    if (!value.empty()) path += (path.empty() ? "" : ";") + std::string(name) + "=" + encoded(value);
  };
  add("token", token);
  add("serial", serial);
  add("manufacturer", manufacturer);
  add("model", model);
  add("object", object);
  add("id", base::as_text(id));
  return std::string(scheme) + path + "?module-path=" + encoded(module_path);
}

}  // namespace cadenas::pki
