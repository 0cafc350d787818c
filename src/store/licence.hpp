#pragma once

#include <string>
#include <string_view>

namespace cadenas::store {

/// The unlock key that switches encryption on for one system (RIGHT-1, menu 2.1.3, *clé de déverrouillage*).
///
/// It is an administrative switch, as the menu has one, and no copy protection: the way to compute it is here for all
/// to read, and `cadenas unlock` does so. Binding it to the system keeps a restored or cloned database from carrying
/// the switch to another system unseen.
///
/// Form: five groups of four upper-case hexadecimal digits, "3F2A-…", from HMAC-SHA-256 of `system_id`.
std::string unlock_key_for(std::string_view system_id);

/// Accepts lower case, and spaces or hyphens anywhere, as people type keys.
bool unlock_key_fits(std::string_view key, std::string_view system_id);

}  // namespace cadenas::store
