#pragma once

#include <span>
#include <string_view>

#include "store/snmp_destination.hpp"

namespace cadenas::alarms {

using Severity = store::AlarmSeverity;
using store::to_string;

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
