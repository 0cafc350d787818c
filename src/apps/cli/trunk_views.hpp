#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>

namespace cadenas::apps::cli {

void show_trunks(std::ostream& out, const boost::json::value& answer);
void show_trunk(std::ostream& out, const boost::json::value& trunk);

}  // namespace cadenas::apps::cli
