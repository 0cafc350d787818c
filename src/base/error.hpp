#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace cadenas::base {

/// What went wrong in normal operation: one value that reaches log, journal, API, CLI and page unchanged.
struct Error {
  std::string code;     ///< stable and dotted, e.g. "cert.expired", "policy.no-right"
  std::string message;  ///< one sentence for a person: what was expected, what was found, what to do
  std::string field;    ///< the input it is about (a header, a JSON member, a file), empty if none

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for `return fail("room.code", "What happened.", "field");`
inline tl::unexpected<Error> fail(std::string code, std::string message, std::string field = {}) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(message), std::move(field)});
}

}  // namespace cadenas::base
