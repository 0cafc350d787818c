#pragma once

#include <string>
#include <vector>

#include <openssl/types.h>

struct stack_st_GENERAL_NAME;

namespace cadenas::pki {

/// The names of a SAN that this system has a use for, each in the order it stands in.
struct AlternativeNames {
  std::vector<std::string> ip_addresses;  ///< iPAddress, textual; one of another length than 4 or 16 is left out
  std::vector<std::string> dns_names;     ///< dNSName as written
};

/// `names` may be null.
AlternativeNames read_alternative_names(const stack_st_GENERAL_NAME* names);

/// The last CN of a name in UTF-8, empty if none.
std::string last_common_name(const X509_NAME* name);

}  // namespace cadenas::pki
