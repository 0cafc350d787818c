#include "apps/cli/table.hpp"

#include <algorithm>
#include <ostream>

namespace cadenas::apps::cli {

namespace {

void print_row(std::ostream& out, const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

}  // namespace

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void Table::print(std::ostream& out) const {
  if (rows_.empty()) {
    out << "(none)\n";
    return;
  }
  std::vector<std::size_t> widths;
  for (const std::string& cell : heading_) widths.push_back(width_of(cell));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  print_row(out, heading_, widths);
  for (const auto& row : rows_) print_row(out, row, widths);
}

void print_fields(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& fields,
                  std::string_view indent) {
  std::size_t widest = 0;
  for (const auto& [label, value] : fields) {
    if (!value.empty()) widest = std::max(widest, width_of(label));
  }
  for (const auto& [label, value] : fields) {
    if (value.empty()) continue;
    out << indent << label << std::string(widest - width_of(label) + 2, ' ') << value << '\n';
  }
}

}  // namespace cadenas::apps::cli
