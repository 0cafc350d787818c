#include "pbx/transfer.hpp"

#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx {

base::Result<ReplacedDialog> parse_replaces(std::string_view value) {
  const auto replaces = sip::Replaces::parse(value);
  if (!replaces) return base::fail("transfer.replaces", "The Replaces value cannot be read.", "Replaces");
  return ReplacedDialog{std::string(replaces->call_id), std::string(replaces->to_tag), std::string(replaces->from_tag),
                        replaces->early_only};
}

base::Result<TransferTarget> parse_refer_to(std::string_view value) {
  const auto target = sip::NameAddr::parse(value);
  if (!target || !(target->uri.is_sip() || target->uri.scheme == sip::UriScheme::tel)) {
    return base::fail("transfer.refer-to", "Refer-To must hold a SIP or tel URI.", "Refer-To");
  }
  const auto method = target->uri.param("method");
  if (method && *method != "INVITE") {
    return base::fail("transfer.refer-to", "Only a transfer by INVITE is served.", "Refer-To");
  }
  TransferTarget out;
  out.number = target->uri.unescaped_user();
  if (out.number.empty()) return base::fail("transfer.refer-to", "Refer-To names no number.", "Refer-To");
  if (const auto escaped = target->uri.header("Replaces")) {
    const std::string text = sip::unescape(*escaped);
    auto replaces = parse_replaces(text);
    if (!replaces) return tl::unexpected(replaces.error());
    out.replaces = std::move(*replaces);
  }
  return out;
}

std::string number_of_uri(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri || !(uri->is_sip() || uri->scheme == sip::UriScheme::tel)) return {};
  return uri->unescaped_user();
}

}  // namespace cadenas::pbx
