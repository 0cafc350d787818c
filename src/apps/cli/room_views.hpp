#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>

namespace cadenas::apps::cli {

void show_rooms(std::ostream& out, const boost::json::value& answer);
void show_room(std::ostream& out, const boost::json::value& room);

}  // namespace cadenas::apps::cli
