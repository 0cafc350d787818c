#pragma once

#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::store {

// What a value must look like before the database is asked; the errors are those named in store.hpp. No message repeats
// the value it refuses.

base::Result<void> check_number(std::string_view number);
/// The value's own form; says nothing of credentials or of whether its class exists.
base::Result<void> check(const Subscription& subscription);
base::Result<void> check(const FacilityClass& facility_class);
base::Result<void> check(const SystemSettings& settings);
base::Result<void> check(const Trunk& trunk);
base::Result<void> check(const AdminAccount& account);

}  // namespace cadenas::store
