#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace cadenas::apps::cli {

/// Columns a text of UTF-8 takes, one for each code point.
std::size_t width_of(std::string_view text);

/// Rows under a heading, each column as wide as its widest cell, two spaces between; prints "(none)" without rows.
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : heading_(std::move(heading)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::string> heading_;
  std::vector<std::vector<std::string>> rows_;
};

/// Label and value a line, the values aligned; empty values are left out.
void print_fields(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& fields,
                  std::string_view indent = "");

}  // namespace cadenas::apps::cli
