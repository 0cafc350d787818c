#pragma once

#include <string_view>

#include "base/error.hpp"
#include "store/model.hpp"

namespace cadenas::store {

// What a value must look like before the database is asked; the errors are those named in store.hpp. No message repeats
// the value it refuses.

base::Result<void> check_number(std::string_view number);
base::Result<void> check_display_name(std::string_view name, const char* code);
/// The value's own form; says nothing of credentials or of whether its class exists.
base::Result<void> check(const Subscription& subscription);
base::Result<void> check(const FacilityClass& facility_class);
base::Result<void> check(const SystemSettings& settings);
base::Result<void> check(const Trunk& trunk);
base::Result<void> check(const ConferenceRoom& room);
/// Errors about a secret say only what is wanted of it.
base::Result<void> check(const SnmpDestination& destination);
base::Result<void> check(const AdminAccount& account);

/// Gives `next` the secrets of `before` where it brings none of its own. A secret stays with the address, version and
/// user it was given for: whoever points a destination elsewhere gives it again.
void keep_secrets(const SnmpDestination& before, SnmpDestination& next);

}  // namespace cadenas::store
