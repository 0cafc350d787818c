#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pbx/bothway_rehearsal.hpp"
#include "pbx/refusal_log.hpp"
#include "pki/crl.hpp"
#include "pki/phone_trust.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::Trunk& trunk);
/// The whole trunk `name`. Errors: those of ObjectReader.
base::Result<store::Trunk> read_trunk(std::string_view body, std::string name);

boost::json::object to_json(const pki::CrlFacts& list);
/// Each CA with its certificate, its list or null, and what is wrong or null.
boost::json::array to_json(const pki::PhoneAuthorities& authorities, base::WallTime now);
boost::json::object to_json(const pbx::BothwayRehearsal& rehearsal);
boost::json::object to_json(const pbx::Refusal& refusal);

}  // namespace cadenas::admin
