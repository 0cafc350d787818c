#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "admin/context.hpp"
#include "admin/http.hpp"

namespace cadenas::admin {

enum class Access : std::uint8_t {
  open,           ///< without a token
  reader,         ///< any account
  administrator,  ///< accounts with that role
  metrics,        ///< as reader, or from loopback without a token where the configuration says so
};

/// One operation of the API. The table below and openapi.json say the same; a test holds them together.
struct Route {
  Method method;
  std::string_view path;  ///< RFC 6570 level 1: "/api/v1/calls/{id}"
  Access access;
  std::string_view operation;  ///< operationId of the OpenAPI description
  void (*handler)(const Exchange& exchange, const Reply& reply);
};

std::span<const Route> routes();

/// Whether a request with this target may have a body of HttpLimits::large_body_octets.
bool takes_large_body(std::string_view target);

/// Finds the route, checks who asks, and lets it answer. Errors are answered as `problem` does: "api.no-such-path",
/// "api.method" with Allow (RFC 9110 §15.5.6), "api.not-authenticated", "api.role", "request.target". On the API
/// thread.
void dispatch(Context& context, Request request, const Reply& reply);

}  // namespace cadenas::admin
