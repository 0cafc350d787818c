#include "sip/method.hpp"

#include <array>

namespace cadenas::sip {

namespace {

constexpr std::array<std::string_view, 15> names = {
    "",        "ACK",   "BYE",     "CANCEL", "INFO",     "INVITE",    "MESSAGE", "NOTIFY",
    "OPTIONS", "PRACK", "PUBLISH", "REFER",  "REGISTER", "SUBSCRIBE", "UPDATE",
};

}  // namespace

Method method_of(std::string_view name) {
  for (std::size_t i = 1; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Method>(i);
  return Method::unknown;
}

std::string_view to_string(Method method) {
  return names[static_cast<std::size_t>(method)];
}

}  // namespace cadenas::sip
