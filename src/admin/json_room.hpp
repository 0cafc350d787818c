#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Without the PIN.
boost::json::object to_json(const store::ConferenceRoom& room);

/// A room as a whole, from the body of a PUT. Errors: those of ObjectReader.
base::Result<store::ConferenceRoom> read_room(std::string_view body, std::string number);

}  // namespace cadenas::admin
