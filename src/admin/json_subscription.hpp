#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// Everything but the credentials.
boost::json::object to_json(const store::Subscription& subscription);
boost::json::object to_json(const store::FacilityClass& facility_class);

/// A new subscription out of a request's body; `password` becomes digests for `realm`.
/// Errors: those of ObjectReader, "subscription.password-invalid".
base::Result<store::Subscription> read_new_subscription(std::string_view body, std::string_view realm);

/// `current` with the members of the body put over it. The digests hold for one user name, so that a new `auth_user`
/// needs the password too: "subscription.password-needed". Other errors as above.
base::Result<store::Subscription> read_changed_subscription(std::string_view body, store::Subscription current,
                                                            std::string_view realm);

base::Result<store::FacilityClass> read_class(std::string_view body, std::string name);

}  // namespace cadenas::admin
