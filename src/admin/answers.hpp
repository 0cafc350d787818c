#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "admin/context.hpp"
#include "base/error.hpp"

namespace cadenas::admin {

Response ok(const boost::json::value& body);
Response created(const boost::json::value& body);
Response no_content();

/// "2026-11-23T23:27:08.123Z" (RFC 3339).
std::string timestamp(base::WallTime at);

/// `limit` of the query: 1…1000, 100 when absent. Error "request.query".
base::Result<std::size_t> read_limit(const Request& request);

/// A line of the operations journal, written on behalf of the caller and not waited for. `message` holds no secret.
void note(const Exchange& exchange, std::string code, std::string message, std::string subject);

}  // namespace cadenas::admin
