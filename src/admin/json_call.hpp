#pragma once

#include <boost/json/object.hpp>

#include "pbx/call_view.hpp"
#include "pbx/registration_view.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

boost::json::object to_json(const pbx::RegistrationView& registration);
boost::json::object to_json(const pbx::CallView& call);
boost::json::object to_json(const store::CallRecord& record);

/// Why each leg is or is not encrypted: every condition of a call in progress (RIGHT-9), for a call that has ended
/// those that did not hold. Each with its requirement and where to change it.
boost::json::object explanation(const pbx::CallView& call);
boost::json::object explanation(const store::CallRecord& record);

}  // namespace cadenas::admin
