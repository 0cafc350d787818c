#include <cstdint>
#include <string>

#include "require.hpp"
#include "sip/name_addr.hpp"
#include "sip/uri.hpp"

using namespace cadenas::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require(unescape(escape_user(text)) == text);
  const auto address = NameAddr::parse(text);
  if (address) {
    (void)address->display_text();
    (void)address->q();
    (void)address->expires();
  }
  (void)parse_name_addrs(text);
  const auto uri = Uri::parse(text);
  if (!uri) return 0;
  require(uri->text == text);
  require(equivalent(*uri, *uri));
  const std::string bracketed = "<" + std::string(text) + ">";
  require(text.find('>') != std::string_view::npos || NameAddr::parse(bracketed).has_value());
  if (!uri->is_sip()) return 0;
  const std::string rebuilt =
      std::string(uri->scheme_name) + ":" +
      (uri->user.empty() ? ""
                         : escape_user(uri->unescaped_user()) +
                               (uri->password.empty() ? "" : ":" + std::string(uri->password)) + "@") +
      (uri->host_kind == HostKind::ipv6 ? "[" + std::string(uri->host) + "]" : std::string(uri->host)) +
      (uri->port ? ":" + std::to_string(*uri->port) : "") + std::string(uri->params) +
      (uri->headers.empty() ? "" : "?" + std::string(uri->headers));
  const auto again = Uri::parse(rebuilt);
  require(again.has_value() && equivalent(*uri, *again));
  return 0;
}
