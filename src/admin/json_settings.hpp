#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::SystemSettings& settings);
/// `current` with the members of the body put over it. Errors: those of ObjectReader.
base::Result<store::SystemSettings> read_settings(std::string_view body, store::SystemSettings current);

/// Name and role.
boost::json::object to_json(const store::AdminAccount& account);
boost::json::object to_json(const store::JournalEntry& entry);

}  // namespace cadenas::admin
