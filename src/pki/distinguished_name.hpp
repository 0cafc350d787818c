#pragma once

#include <cstddef>
#include <string>

#include <openssl/types.h>

namespace cadenas::pki {

/// `name` in the form of RFC 2253 and in UTF-8, control characters escaped, cut at a character after `limit` octets: it
/// may come from a peer that nobody trusts.
std::string distinguished_name(const X509_NAME* name, std::size_t limit = 512);

}  // namespace cadenas::pki
