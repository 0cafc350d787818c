#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <iosfwd>

#include "base/clock.hpp"
#include "pki/authority.hpp"

namespace cadenas::apps::cli {

// What the commands of `ca` print, as JSON and for a person.

boost::json::object to_json(const pki::IssuedEntry& entry, base::WallTime now);
boost::json::object to_json(const pki::PublishedList& list);
/// The CA itself: certificate, where its key is, how many certificates stand.
base::Result<boost::json::object> to_json(const pki::Authority& authority, base::WallTime now);
/// One that was just issued, and the files it went to.
boost::json::object issued_json(const pki::Certificate& certificate, const std::filesystem::path& file,
                                base::WallTime now);

void show_ca(std::ostream& out, const boost::json::value& answer);
void show_issued(std::ostream& out, const boost::json::value& answer);
void show_ledger(std::ostream& out, const boost::json::value& answer);
void show_published(std::ostream& out, const boost::json::value& answer);

}  // namespace cadenas::apps::cli
