#include "sip/sip_date.hpp"

#include <chrono>

#include "sip/grammar.hpp"

namespace cadenas::sip {

base::Result<base::WallTime> parse_sip_date(std::string_view value) {
  using grammar::number;
  constexpr std::string_view shape = "Aaa, 00 Aaa 0000 00:00:00 GMT";
  constexpr std::string_view days = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto bad = base::fail("sip.date", "A date such as \"Sat, 13 Nov 2010 23:29:00 GMT\" was expected.", "Date");
  if (value.size() != shape.size()) return bad;
  for (const std::size_t i : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U, 26U, 27U, 28U})
    if (value[i] != shape[i]) return bad;

  const std::size_t weekday = days.find(value.substr(0, 3));
  const std::size_t month = months.find(value.substr(8, 3));
  const auto day = number(value.substr(5, 2), 31);
  const auto year = number(value.substr(12, 4), 9999);
  const auto hour = number(value.substr(17, 2), 23);
  const auto minute = number(value.substr(20, 2), 59);
  const auto second = number(value.substr(23, 2), 60);
  if (weekday == days.npos || weekday % 3 != 0 || month == months.npos || month % 3 != 0) return bad;
  if (!day || !year || !hour || !minute || !second) return bad;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return bad;
  const std::chrono::sys_days midnight{date};
  if (std::chrono::weekday(midnight).c_encoding() != weekday / 3) return bad;
  return midnight + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace cadenas::sip
