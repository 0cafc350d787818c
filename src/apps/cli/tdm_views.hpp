#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>

namespace cadenas::apps::cli {

void show_tdm_ports(std::ostream& out, const boost::json::value& answer);
void show_tdm_port(std::ostream& out, const boost::json::value& port);
void show_shelves(std::ostream& out, const boost::json::value& answer);

}  // namespace cadenas::apps::cli
