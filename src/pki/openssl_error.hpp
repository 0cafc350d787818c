#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::pki {

/// Takes everything off this thread's OpenSSL error queue and says it in one line: the reasons, oldest first, or
/// "no reason given". The queue holds library and reason names only, never key material; its free-text data (which may
/// quote input) is left out.
std::string take_openssl_reasons();

/// An Error with `what` as its sentence and the queue's reasons behind it; empties the queue.
base::Error openssl_error(std::string code, std::string_view what, std::string field = {});

/// Shorthand for `return openssl_failure("room.code", "What could not be done");`
inline tl::unexpected<base::Error> openssl_failure(std::string code, std::string_view what, std::string field = {}) {
  return tl::unexpected<base::Error>(openssl_error(std::move(code), what, std::move(field)));
}

}  // namespace cadenas::pki
