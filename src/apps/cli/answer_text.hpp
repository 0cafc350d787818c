#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace cadenas::apps::cli {

// Members of an answer of the API as a person reads them. Absent is empty, so that a newer or older server is no
// failure; what phones sent is freed of control characters, which a terminal would obey.

std::string text(const boost::json::value& from, std::string_view member);
/// "2026-11-23 23:27:08".
std::string short_time(const boost::json::value& from, std::string_view member);
const boost::json::array& list(const boost::json::value& from, std::string_view member);
bool flag(const boost::json::value& from, std::string_view member);

}  // namespace cadenas::apps::cli
