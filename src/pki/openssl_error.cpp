#include "pki/openssl_error.hpp"

#include <openssl/err.h>

namespace cadenas::pki {

std::string take_openssl_reasons() {
  std::string reasons;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!reasons.empty()) reasons += "; ";
    reasons += reason != nullptr ? reason : "error " + std::to_string(code);
  }
  return reasons.empty() ? "no reason given" : reasons;
}

base::Error openssl_error(std::string code, std::string_view what, std::string field) {
  return {std::move(code), std::string(what) + " (" + take_openssl_reasons() + ").", std::move(field)};
}

}  // namespace cadenas::pki
