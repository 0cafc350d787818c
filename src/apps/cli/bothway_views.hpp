#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>

namespace cadenas::apps::cli {

// As views.hpp, for what bothway_commands.hpp asks.

void show_authorities(std::ostream& out, const boost::json::value& answer);
void show_lists(std::ostream& out, const boost::json::value& answer);
void show_rehearsal(std::ostream& out, const boost::json::value& answer);
void show_refusals(std::ostream& out, const boost::json::value& answer);

}  // namespace cadenas::apps::cli
