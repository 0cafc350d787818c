#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace cadenas::store {

/// The values of an enumeration, each with the word that API, CLI, pages and database use for it.
template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum v) {
  for (const auto& [value, word] : words) {
    if (value == v) return word;
  }
  return {};
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Words<Enum, N>& words, std::string_view w) {
  for (const auto& [value, word] : words) {
    if (word == w) return value;
  }
  return std::nullopt;
}

}  // namespace cadenas::store
