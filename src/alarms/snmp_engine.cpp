#include "alarms/snmp_engine.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "base/atomic_file.hpp"
#include "base/read_file.hpp"

namespace cadenas::alarms {

namespace {

constexpr std::uint32_t most_boots = 0x7fffffff;
constexpr std::size_t shortest_id = 5;
constexpr std::size_t longest_id = 32;

// RFC 3411 §5: first bit set, the enterprise number (NET-SNMP's, whose playpen we use), format 5: octets of our choice.
base::Bytes make_id() {
  constexpr std::size_t random_octets = 8;
  base::Bytes id{0x80, 0x00, 0x1f, 0x88, 0x05};
  std::array<std::uint8_t, random_octets> random{};
  base::fill_random(random);
  id.insert(id.end(), random.begin(), random.end());
  return id;
}

// "80001f8805… 17\n"
std::optional<SnmpEngine> parse(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos || !text.ends_with('\n')) return std::nullopt;
  auto id = base::from_hex(text.substr(0, space));
  if (!id || id->size() < shortest_id || id->size() > longest_id) return std::nullopt;
  const std::string_view number = text.substr(space + 1, text.size() - space - 2);
  std::uint32_t boots = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), boots);
  if (error != std::errc{} || end != number.data() + number.size() || boots > most_boots) return std::nullopt;
  return SnmpEngine{*std::move(id), boots};
}

}  // namespace

base::Result<SnmpEngine> start_engine(const std::filesystem::path& file) {
  constexpr std::size_t largest_file = 256;
  constexpr mode_t owner_only = 0600;
  SnmpEngine engine;
  std::error_code unknown;
  if (std::filesystem::exists(file, unknown) || unknown) {
    const auto content = base::read_file(file, largest_file);
    auto kept = content ? parse(base::as_text(*content)) : std::nullopt;
    if (!kept) {
      return base::fail("snmp.engine-damaged",
                        "The file with the SNMP engine id cannot be understood: restore it, or remove it and tell the "
                        "receivers of v3 traps the new id.",
                        file.string());
    }
    engine = *std::move(kept);
  } else {
    engine.id = make_id();
  }
  engine.boots = std::min(engine.boots + 1, most_boots);
  const std::string line = base::to_hex(engine.id) + " " + std::to_string(engine.boots) + "\n";
  if (auto written = base::replace_file(file, base::as_bytes(line), owner_only); !written) {
    return tl::unexpected<base::Error>(written.error());
  }
  return engine;
}

}  // namespace cadenas::alarms
