#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cadenas::apps {

/// One table of a TOML file, read key by key; the first thing wrong is kept in `problem`, shared by all sections.
class TomlSection {
 public:
  TomlSection(const toml::table* table, std::string path, std::optional<base::Error>& problem)
      : table_(table), path_(std::move(path)), problem_(&problem) {}

  /// The table under `key`; an empty one when absent.
  TomlSection section(std::string_view key);

  // Each leaves `into` as it is when the key is absent.
  void text(std::string_view key, std::string& into);
  void texts(std::string_view key, std::vector<std::string>& into);
  void flag(std::string_view key, bool& into);
  void number(std::string_view key, double least, double greatest, double& into);
  template <class N>
  void integer(std::string_view key, std::int64_t least, std::int64_t greatest, N& into) {
    if (const auto value = integer_of(key, least, greatest)) into = static_cast<N>(*value);
  }
  void integers(std::string_view key, std::vector<unsigned>& into);
  /// Milliseconds.
  void millis(std::string_view key, base::Millis least, base::Millis greatest, base::Millis& into);
  /// One of the words given, as its index.
  std::optional<std::size_t> word(std::string_view key, const std::vector<std::string_view>& words);

  /// Complains about keys nobody asked for.
  void finish();
  /// Complains about the value of a key.
  void refuse(std::string_view key, std::string message);

 private:
  const toml::node* take(std::string_view key);
  std::optional<std::int64_t> integer_of(std::string_view key, std::int64_t least, std::int64_t greatest);
  void complain(const char* code, std::string message, std::string_view key, const toml::node* node);

  const toml::table* table_;
  std::string path_;
  std::optional<base::Error>* problem_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace cadenas::apps
