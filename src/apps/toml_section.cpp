#include "apps/toml_section.hpp"

namespace cadenas::apps {

const toml::node* TomlSection::take(std::string_view key) {
  asked_.emplace(key);
  return table_ ? table_->get(key) : nullptr;
}

void TomlSection::complain(const char* code, std::string message, std::string_view key, const toml::node* node) {
  if (*problem_) return;
  const std::string name = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  if (node) {
    const toml::source_position at = node->source().begin;
    message = "Line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + message;
  }
  *problem_ = base::Error{code, name + ": " + message, name};
}

void TomlSection::refuse(std::string_view key, std::string message) {
  complain("configuration.value", std::move(message), key, table_ ? table_->get(key) : nullptr);
}

TomlSection TomlSection::section(std::string_view key) {
  const toml::node* node = take(key);
  if (node && !node->is_table()) complain("configuration.type", "This must be a table.", key, node);
  return {node ? node->as_table() : nullptr, path_.empty() ? std::string(key) : path_ + "." + std::string(key),
          *problem_};
}

void TomlSection::text(std::string_view key, std::string& into) {
  const toml::node* node = take(key);
  if (!node) return;
  if (const auto* value = node->as_string()) {
    into = value->get();
  } else {
    complain("configuration.type", "This must be a string.", key, node);
  }
}

void TomlSection::texts(std::string_view key, std::vector<std::string>& into) {
  const toml::node* node = take(key);
  if (!node) return;
  std::vector<std::string> out;
  const toml::array* list = node->as_array();
  bool good = list != nullptr;
  for (std::size_t i = 0; good && i < list->size(); ++i) {
    const auto* value = list->get(i)->as_string();
    good = value != nullptr;
    if (good) out.push_back(value->get());
  }
  if (!good) return complain("configuration.type", "This must be a list of strings.", key, node);
  into = std::move(out);
}

void TomlSection::flag(std::string_view key, bool& into) {
  const toml::node* node = take(key);
  if (!node) return;
  if (const auto* value = node->as_boolean()) {
    into = value->get();
  } else {
    complain("configuration.type", "This must be true or false.", key, node);
  }
}

void TomlSection::number(std::string_view key, double least, double greatest, double& into) {
  const toml::node* node = take(key);
  if (!node) return;
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) return complain("configuration.type", "This must be a number.", key, node);
  if (!(*value >= least && *value <= greatest)) {
    return complain("configuration.value", "This is out of range.", key, node);
  }
  into = *value;
}

std::optional<std::int64_t> TomlSection::integer_of(std::string_view key, std::int64_t least, std::int64_t greatest) {
  const toml::node* node = take(key);
  if (!node) return std::nullopt;
  const auto* value = node->as_integer();
  if (!value) {
    complain("configuration.type", "This must be a whole number.", key, node);
    return std::nullopt;
  }
  if (value->get() < least || value->get() > greatest) {
    complain("configuration.value",
             "This must be from " + std::to_string(least) + " to " + std::to_string(greatest) + ".", key, node);
    return std::nullopt;
  }
  return value->get();
}

void TomlSection::integers(std::string_view key, std::vector<unsigned>& into) {
  constexpr std::int64_t greatest = 4095;
  const toml::node* node = take(key);
  if (!node) return;
  std::vector<unsigned> out;
  const toml::array* list = node->as_array();
  bool good = list != nullptr;
  for (std::size_t i = 0; good && i < list->size(); ++i) {
    const auto* value = list->get(i)->as_integer();
    good = value && value->get() >= 0 && value->get() <= greatest;
    if (good) out.push_back(static_cast<unsigned>(value->get()));
  }
  if (!good) return complain("configuration.type", "This must be a list of small whole numbers.", key, node);
  into = std::move(out);
}

void TomlSection::millis(std::string_view key, base::Millis least, base::Millis greatest, base::Millis& into) {
  if (const auto value = integer_of(key, least.count(), greatest.count())) into = base::Millis{*value};
}

std::optional<std::size_t> TomlSection::word(std::string_view key, const std::vector<std::string_view>& words) {
  std::string value;
  text(key, value);
  if (!table_ || !table_->get(key) || *problem_) return std::nullopt;
  std::string known;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == value) return i;
    known += (known.empty() ? "" : ", ") + std::string(words[i]);
  }
  refuse(key, "This must be one of: " + known + ".");
  return std::nullopt;
}

void TomlSection::finish() {
  if (!table_) return;
  for (const auto& [key, node] : *table_) {
    if (!asked_.contains(key.str())) {
      complain("configuration.unknown-key", "There is no such key.", key.str(), &node);
    }
  }
}

}  // namespace cadenas::apps
