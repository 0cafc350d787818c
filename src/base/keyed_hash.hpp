#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cadenas::base {

/// SipHash-2-4 under a random key of the process: for tables keyed by what peers send (nobody can make entries collide)
/// and for tags nobody can foretell. Not stable between runs.
std::uint64_t keyed_hash(std::string_view data);
/// Under a given key, for tests and for chaining.
std::uint64_t sip_hash(std::array<std::uint64_t, 2> key, std::string_view data);

/// Hasher for unordered containers with text keys from outside.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return keyed_hash(text); }
};

}  // namespace cadenas::base
