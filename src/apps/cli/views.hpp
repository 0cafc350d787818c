#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>

namespace cadenas::apps::cli {

// How answers of the API look for a person; each takes what the operation of that name answers.

void show_status(std::ostream& out, const boost::json::value& answer);
void show_subscriptions(std::ostream& out, const boost::json::value& answer);
void show_subscription(std::ostream& out, const boost::json::value& answer);
void show_registrations(std::ostream& out, const boost::json::value& answer);
/// Calls in progress or call records.
void show_calls(std::ostream& out, const boost::json::value& answer);
void show_call(std::ostream& out, const boost::json::value& answer);
/// Each condition with ✔ or ✘, its requirement, and where to change it (RIGHT-9).
void show_explanation(std::ostream& out, const boost::json::value& answer);
/// The findings of an answer, a line each.
void show_findings(std::ostream& out, const boost::json::value& answer);
void show_settings(std::ostream& out, const boost::json::value& answer);
void show_licence(std::ostream& out, const boost::json::value& answer);
/// The embedded board and each rtpengine of the pool.
void show_media(std::ostream& out, const boost::json::value& answer);
void show_alarms(std::ostream& out, const boost::json::value& answer);
void show_journal(std::ostream& out, const boost::json::value& answer);
void show_classes(std::ostream& out, const boost::json::value& answer);

}  // namespace cadenas::apps::cli
