#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"

namespace cadenas::media::test {

/// A check as a full agent makes it, or as it must not.
struct Check {
  std::string username = "ours:peer";
  std::string password = "our-password-of-22-octets";
  std::uint8_t transaction = 1;  ///< all its octets
  bool nominates = false;
  bool is_controlled = false;
  bool has_username = true;
  bool has_integrity = true;
  bool has_fingerprint = true;
  std::vector<std::pair<std::uint16_t, base::Bytes>> more{};  ///< attributes, before MESSAGE-INTEGRITY
  std::uint16_t type = 0x0001;
};

/// What came of a check.
struct CheckAnswer {
  bool is_success = false;
  unsigned error = 0;
  std::uint8_t transaction = 0;
  std::optional<base::Endpoint> mapped{};
  std::optional<bool> is_signed{};  ///< whether the MESSAGE-INTEGRITY is right, if there is one
  bool has_fingerprint = false;     ///< and it is right
  std::vector<std::uint16_t> unknown{};
};

/// Writes and reads STUN of its own accord: none of our code is in it, so what it agrees with is no common mistake.
base::Bytes make_check(const Check& check);
/// Nothing if it is no well-formed answer to a Binding request.
std::optional<CheckAnswer> read_answer(const base::Bytes& datagram, const std::string& password);

}  // namespace cadenas::media::test
