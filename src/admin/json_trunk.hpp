#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "pbx/trunk_states.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Without the password.
boost::json::object to_json(const store::Trunk& trunk);
/// The same with how it was found when it was last tried.
boost::json::object to_json(const store::Trunk& trunk, const pbx::TrunkState& state);

/// A trunk as a whole, from the body of a PUT. Errors: those of ObjectReader.
base::Result<store::Trunk> read_trunk(std::string_view body, std::string name);

}  // namespace cadenas::admin
