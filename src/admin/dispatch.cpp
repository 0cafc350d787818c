#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "admin/routes.hpp"

namespace cadenas::admin {

namespace {

using Segments = std::vector<std::string>;

bool read_target(Request& request, Segments& segments) {
  const auto url = boost::urls::parse_origin_form(request.target);
  if (!url) return false;
  for (const auto& segment : url->segments()) segments.emplace_back(segment);
  for (const auto& param : url->params()) request.query[std::string(param.key)] = std::string(param.value);
  return true;
}

bool fits(std::string_view path, const Segments& segments, Request& request) {
  std::map<std::string, std::string, std::less<>> parameters;
  path.remove_prefix(1);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.starts_with('{')) {
      if (segments[i].empty()) return false;
      parameters.emplace(part.substr(1, part.size() - 2), segments[i]);
    } else if (part != segments[i]) {
      return false;
    }
    const bool last = slash == std::string_view::npos;
    if (last != (i + 1 == segments.size())) return false;
    if (!last) path.remove_prefix(slash + 1);
  }
  request.parameters = std::move(parameters);
  return !segments.empty();
}

bool is_loopback(const base::Endpoint& peer) {
  const std::string address = peer.address();
  return address.starts_with("127.") || address == "::1";
}

Response challenge() {
  Response response = problem({"api.not-authenticated", "Log in first: POST /api/v1/session.", ""});
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

void dispatch(Context& context, Request request, const Reply& reply) {
  Segments segments;
  if (!read_target(request, segments)) {
    return reply(problem({"request.target", "The request target is no path and query (RFC 9112 §3.2.1).", ""}));
  }
  const Route* found = nullptr;
  std::string allowed;
  for (const Route& route : routes()) {
    if (!fits(route.path, segments, request)) continue;
    if (to_string(route.method) == request.method) {
      found = &route;
      break;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(to_string(route.method));
  }
  if (!found && allowed.empty()) {
    return reply(problem({"api.no-such-path", "There is nothing at this path; see /api/v1/openapi.json.", ""}));
  }
  if (!found) {
    Response response = problem({"api.method", "This path takes " + allowed + ".", ""});
    response.headers.emplace_back("Allow", allowed);
    return reply(std::move(response));
  }

  Exchange exchange{&context, std::move(request), {}};
  const bool without_token =
      found->access == Access::open ||
      (found->access == Access::metrics && context.options.metrics_without_login && is_loopback(exchange.request.peer));
  if (!without_token) {
    auto caller = context.sessions.find(exchange.request.bearer, *context.store.snapshot());
    if (!caller) return reply(challenge());
    if (found->access == Access::administrator && caller->role != store::AdminRole::administrator) {
      return reply(problem({"api.role", "Only an administrator may do this; this account is a reader.", ""}));
    }
    exchange.caller = std::move(*caller);
  }
  found->handler(exchange, reply);
}

}  // namespace cadenas::admin
