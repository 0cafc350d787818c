#include "admin/json_text.hpp"

#include "base/utf8.hpp"

namespace cadenas::admin {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

}  // namespace

std::string json_text(std::string_view from_network) {
  std::string out;
  while (!from_network.empty()) {
    const std::size_t size = base::utf8_sequence(from_network);
    out += size == 0 ? replacement : from_network.substr(0, size);
    from_network.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace cadenas::admin
