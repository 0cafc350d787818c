#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Without the PIN; with the numbers of the rooms it is linked to, whatever is in effect now.
boost::json::object to_json(const store::ConferenceRoom& room, const store::RoomLinks& links);

/// A room as a whole, from the body of a PUT. Errors: those of ObjectReader.
base::Result<store::ConferenceRoom> read_room(std::string_view body, std::string number);

/// Whom a room is to call: {"number": "…"}. Errors: those of ObjectReader.
base::Result<std::string> read_called_number(std::string_view body);

}  // namespace cadenas::admin
