#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cadenas::policy {

/// What must hold for a leg's voice to be encrypted, in the order in which it is explained. Each is named for the good
/// case; its code names the bad one.
enum class Condition : std::uint8_t {
  licence,
  subscription_right,
  class_right,
  voice_encryption,
  inter_ipbx_local,
  inter_ipbx_remote,
  terminal_capable,
  terminal_srtp_on,
  trunk_srtp_on,
  peer_not_i7xx,
  signalling_encrypted,
  trunk_signalling,
  certificate_present,
  certificate_begun,
  certificate_not_expired,
  remote_certificate,
  offer_with_crypto,
};
inline constexpr std::size_t condition_count = 17;

/// All conditions, in the order of the enumeration.
constexpr std::array<Condition, condition_count> all_conditions() {
  std::array<Condition, condition_count> all{};
  for (std::size_t i = 0; i < condition_count; ++i) all[i] = static_cast<Condition>(i);
  return all;
}

/// What is told about a condition that does not hold (RIGHT-9). Everything is static text.
struct ConditionText {
  std::string_view code;         ///< stable, e.g. "policy.no-right"
  std::string_view sentence;     ///< what is missing, for a person
  std::string_view menu_fr;      ///< where to change it: menu number and French labels; UTF-8
  std::string_view where_en;     ///< the same in plain English
  std::string_view requirement;  ///< e.g. "RIGHT-2"
};

const ConditionText& text(Condition condition);

/// The stable code, e.g. "policy.no-right".
inline std::string_view code(Condition condition) {
  return text(condition).code;
}

}  // namespace cadenas::policy
