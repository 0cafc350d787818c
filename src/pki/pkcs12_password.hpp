#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace cadenas::pki {

/// How older tools may have understood a password beyond ASCII that `utf8` holds, most likely first; none if it is
/// plain ASCII. The forms are what OpenSSL is given, which takes what is no UTF-8 for Latin-1.
std::vector<base::SecretBytes> older_forms(base::ByteView utf8);

}  // namespace cadenas::pki
