#include "alarms/oid.hpp"

#include <charconv>

namespace cadenas::alarms {

base::Result<Oid> parse_oid(std::string_view text) {
  constexpr std::size_t most_arcs = 100;
  const auto wrong = base::fail("snmp.oid", "An OID is 2 to 100 numbers with dots between, as 1.3.6.1.4.1.8072.", "");
  Oid out;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    std::uint32_t arc = 0;
    const auto [next, error] = std::from_chars(at, end, arc);
    if (error != std::errc{} || out.size() == most_arcs) return wrong;
    out.push_back(arc);
    if (next == end) break;
    if (*next != '.') return wrong;
    at = next + 1;
  }
  // X.690 §8.19.4: the first two arcs share an octet.
  if (out.size() < 2 || out[0] > 2 || (out[0] < 2 && out[1] > 39)) return wrong;
  return out;
}

std::string to_string(const Oid& oid) {
  std::string out;
  for (const std::uint32_t arc : oid) {
    if (!out.empty()) out += '.';
    out += std::to_string(arc);
  }
  return out;
}

}  // namespace cadenas::alarms
