#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "alarms/snmp_delivery.hpp"
#include "base/error.hpp"
#include "store/snmp_destination.hpp"

namespace cadenas::admin {

/// Of secrets only whether they are set.
boost::json::object to_json(const store::SnmpDestination& destination);
/// The destination `name`; secrets that are left out are empty. Errors: those of ObjectReader.
base::Result<store::SnmpDestination> read_snmp_destination(std::string_view body, std::string name);

/// "sent", "acknowledged", "unanswered".
std::string_view word_of(alarms::Delivery delivery);

}  // namespace cadenas::admin
