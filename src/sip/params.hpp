#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "sip/grammar.hpp"

namespace cadenas::sip {

/// One parameter as it stood. A quoted value keeps its quotes and escapes: see `unquote` in quoted_string.hpp.
struct Param {
  std::string_view name;
  std::string_view value;  ///< empty if there is none
  bool has_value = false;  ///< tells ";lr" from ";lr="
};

/// The `;name=value` parameters behind a header value (RFC 3261 §25.1 generic-param), a view checked when it is made.
/// White space around ";" and "=" is allowed, values are tokens, hosts or quoted strings, an empty parameter (";;") is
/// an error.
class Params {
 public:
  Params() = default;
  /// `text` is empty or begins with ";" (white space may precede). Error "sip.params".
  static base::Result<Params> parse(std::string_view text);
  /// The parameters at `at`, which is moved on to the end or to the "," behind them. Nullptr, or what is wrong.
  static const grammar::Fault* read(std::string_view text, std::size_t& at, Params& out);

  /// The value of the first parameter of that name (case-insensitive), empty for one without value, else nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  /// True if the name occurs more than once.
  bool repeats(std::string_view name) const;
  bool empty() const { return text_.empty(); }
  /// As it stood, from the first ";" on.
  std::string_view text() const { return text_; }

  class Iterator {
   public:
    const Param& operator*() const { return current_; }
    const Param* operator->() const { return &current_; }
    Iterator& operator++();
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    friend class Params;
    Iterator(std::string_view text, std::size_t at);
    std::string_view text_;
    std::size_t at_ = 0;    // where the current parameter begins; npos at the end
    std::size_t next_ = 0;  // where the one after it begins
    Param current_;
  };
  Iterator begin() const;
  Iterator end() const;

 private:
  explicit Params(std::string_view text) : text_(text) {}
  std::string_view text_;
};

}  // namespace cadenas::sip
