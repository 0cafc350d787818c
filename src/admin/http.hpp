#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"

namespace cadenas::admin {

enum class Method : std::uint8_t { get, post, put, patch, remove };

/// "GET", …, "DELETE".
std::string_view to_string(Method method);
/// Nothing for a method the API never uses.
std::optional<Method> parse_method(std::string_view word);

/// One HTTP request as the routes see it: a value, free of the HTTP library.
struct Request {
  std::string method;  ///< as on the wire; may be one the API never uses
  std::string target;  ///< origin-form (RFC 9112 §3.2.1), still percent-encoded
  std::string bearer;  ///< RFC 6750 §2.1, empty if none
  std::string body;
  base::Endpoint peer;

  // Filled in by the router.
  std::map<std::string, std::string, std::less<>> parameters;  ///< of the path template, decoded
  std::map<std::string, std::string, std::less<>> query;       ///< decoded; the last of equal names
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Sends the answer. From any thread, exactly once; harmless when the client has gone.
using Reply = std::function<void(Response)>;

/// The HTTP status that goes with an error's code.
unsigned status_of(const base::Error& error);
/// {"error":{"code","message","field"}} with the status of its code.
Response problem(const base::Error& error);

}  // namespace cadenas::admin
