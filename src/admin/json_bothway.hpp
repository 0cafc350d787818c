#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "pbx/bothway_rehearsal.hpp"
#include "pbx/refusal_log.hpp"
#include "pki/crl.hpp"
#include "pki/phone_trust.hpp"

namespace cadenas::admin {

boost::json::object to_json(const pki::CrlFacts& list);
/// Each CA with its certificate, its list or null, and what is wrong or null.
boost::json::array to_json(const pki::PhoneAuthorities& authorities, base::WallTime now);
boost::json::object to_json(const pbx::BothwayRehearsal& rehearsal);
boost::json::object to_json(const pbx::Refusal& refusal);

}  // namespace cadenas::admin
