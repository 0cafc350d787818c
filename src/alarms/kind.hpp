#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cadenas::alarms {

enum class Severity : std::uint8_t { critical = 1, major = 2, minor = 3, warning = 4 };

/// "critical", "major", "minor", "warning": the words of API, CLI and pages.
std::string_view to_string(Severity v);

/// One kind of alarm, the same for every object it can be about.
struct Kind {
  std::string_view code;  ///< stable and dotted
  Severity severity;
  std::string_view french;   ///< label, UTF-8
  std::string_view english;  ///< label
  std::string_view remedy;   ///< where to put it right, in English
};

/// Every kind there is, in the order shown to a person.
std::span<const Kind> kinds();
/// Null for a code that is no kind. The value lives as long as the program.
const Kind* find_kind(std::string_view code);

}  // namespace cadenas::alarms
