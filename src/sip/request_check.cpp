#include "sip/request_check.hpp"

#include <algorithm>

#include "sip/grammar.hpp"
#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/sip_date.hpp"
#include "sip/uri.hpp"

namespace cadenas::sip {

namespace {

RequestProblem bad(std::string reason) {
  return {400, std::move(reason), {}, {}};
}

std::optional<RequestProblem> method_problem(const MessageView& request, const RequestAbilities& abilities) {
  const Method method = request.method();
  if (method == Method::unknown) return RequestProblem{501, "Not Implemented", {}, {}};
  if (std::find(abilities.methods.begin(), abilities.methods.end(), method) == abilities.methods.end())
    return RequestProblem{405, "Method Not Allowed", "Allow", std::string(abilities.allow)};
  return std::nullopt;
}

std::optional<RequestProblem> request_uri_problem(const MessageView& request) {
  const auto uri = Uri::parse(request.request_uri());
  if (!uri) return bad("Malformed Request-URI");
  if (uri->scheme == UriScheme::other) return RequestProblem{416, "Unsupported URI Scheme", {}, {}};
  if (!uri->headers.empty()) return bad("Headers In Request-URI");  // RFC 3261 §19.1.1 table 1
  return std::nullopt;
}

std::optional<RequestProblem> value_problem(const MessageView& request) {
  if (!Contacts::of(request)) return bad("Malformed Contact");
  if (!name_addrs(request, HeaderId::route)) return bad("Malformed Route");
  if (!name_addrs(request, HeaderId::record_route)) return bad("Malformed Record-Route");
  const HeaderField* date = request.find(HeaderId::date);
  if (date != nullptr && !parse_sip_date(date->value)) return bad("Malformed Date");
  const HeaderField* expires = request.find(HeaderId::expires);
  if (expires != nullptr && !parse_uint32(expires->value)) return bad("Malformed Expires");
  return std::nullopt;
}

std::optional<RequestProblem> require_problem(const MessageView& request, const RequestAbilities& abilities) {
  std::string unsupported;
  for (const std::string_view tag : list_elements(request, HeaderId::require)) {
    const auto known = std::any_of(abilities.option_tags.begin(), abilities.option_tags.end(),
                                   [tag](std::string_view t) { return grammar::same(t, tag); });
    if (!known) unsupported.append(unsupported.empty() ? "" : ", ").append(tag);
  }
  if (unsupported.empty()) return std::nullopt;
  return RequestProblem{420, "Bad Extension", "Unsupported", std::move(unsupported)};
}

std::optional<RequestProblem> body_problem(const MessageView& request, const RequestAbilities& abilities) {
  if (request.body().empty() || abilities.accept.empty()) return std::nullopt;
  const RequestProblem problem{415, "Unsupported Media Type", "Accept", std::string(abilities.accept)};
  const auto type = MediaType::parse(request.value(HeaderId::content_type));
  if (!type) return problem;
  for (std::string_view rest = abilities.accept; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const auto accepted = MediaType::parse(grammar::trim(rest.substr(0, comma)));
    if (accepted && type->is(accepted->type, accepted->subtype)) return std::nullopt;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return problem;
}

}  // namespace

std::optional<RequestProblem> request_problem(const MessageView& request, const RequestAbilities& abilities) {
  if (request.method() == Method::ack || request.method() == Method::cancel) return std::nullopt;
  if (auto problem = method_problem(request, abilities)) return problem;
  if (auto problem = request_uri_problem(request)) return problem;
  if (auto problem = value_problem(request)) return problem;
  if (auto problem = require_problem(request, abilities)) return problem;
  return body_problem(request, abilities);
}

int status_for(const base::Error& parse_error) {
  if (parse_error.code == "sip.version") return 505;
  if (parse_error.code == "sip.too-large") return 413;
  return 400;
}

}  // namespace cadenas::sip
