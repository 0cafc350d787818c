#include "sip/params.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault bad_name{"sip.params", "A parameter needs a token as its name behind the semicolon."};
constexpr Fault bad_value{"sip.params", "A parameter's value must be a token, a host or a quoted string."};
constexpr Fault open_quote{"sip.params", "A quoted string has no closing quote."};
constexpr Fault trailing{"sip.params", "Parameters must begin with a semicolon, and nothing else may follow them."};

// Reads the parameter whose ";" is at `at`; leaves `at` behind it and the blanks that follow.
const Fault* read_one(std::string_view text, std::size_t& at, Param& out) {
  const std::size_t name = skip(text, at + 1, blank);
  const std::size_t name_end = skip(text, name, token);
  if (name_end == name) return &bad_name;
  out.name = text.substr(name, name_end - name);
  out.value = {};
  out.has_value = false;
  at = skip(text, name_end, blank);
  if (at == text.size() || text[at] != '=') return nullptr;
  const std::size_t value = skip(text, at + 1, blank);
  std::size_t value_end = 0;
  if (value < text.size() && text[value] == '"') {
    value_end = quoted_end(text, value);
    if (value_end == std::string_view::npos) return &open_quote;
  } else {
    value_end = skip(text, value, gen_value);
    if (value_end == value) return &bad_value;
  }
  out.value = text.substr(value, value_end - value);
  out.has_value = true;
  at = skip(text, value_end, blank);
  return nullptr;
}

}  // namespace

const Fault* Params::read(std::string_view text, std::size_t& at, Params& out) {
  at = skip(text, at, blank);
  const std::size_t begin = at;
  Param ignored;
  while (at < text.size() && text[at] == ';')
    if (const Fault* fault = read_one(text, at, ignored)) return fault;
  if (at < text.size() && text[at] != ',') return &trailing;
  out = Params(trim(text.substr(begin, at - begin)));
  return nullptr;
}

base::Result<Params> Params::parse(std::string_view text) {
  Params out;
  std::size_t at = 0;
  if (const Fault* fault = read(text, at, out)) return refuse(fault);
  if (at != text.size()) return refuse(&trailing);
  return out;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  Param current;
  for (std::size_t at = 0; at < text_.size();) {
    if (read_one(text_, at, current) != nullptr) break;
    if (same(current.name, name)) return current.value;
  }
  return std::nullopt;
}

bool Params::repeats(std::string_view name) const {
  int count = 0;
  for (const Param& p : *this) count += same(p.name, name) ? 1 : 0;
  return count > 1;
}

Params::Iterator::Iterator(std::string_view text, std::size_t at) : text_(text), next_(at) {
  ++*this;
}

Params::Iterator& Params::Iterator::operator++() {
  at_ = next_;
  if (at_ >= text_.size() || read_one(text_, next_, current_) != nullptr) at_ = std::string_view::npos;
  return *this;
}

Params::Iterator Params::begin() const {
  return {text_, 0};
}
Params::Iterator Params::end() const {
  return {text_, text_.size()};
}

}  // namespace cadenas::sip
