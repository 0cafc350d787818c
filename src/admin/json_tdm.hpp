#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "media/tdm/bus.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::TdmPort& port);
boost::json::object to_json(const media::tdm::ShelfState& shelf);
/// Each declared port with how it is, then those that a card has and nobody declared.
boost::json::object tdm_json(const store::Snapshot& model, const std::vector<media::tdm::ShelfState>& shelves);

/// A port from the body of a PUT; `at` is "shelf/line/slot". Errors: those of ObjectReader, "tdm.slot-invalid".
base::Result<store::TdmPort> read_tdm_port(std::string_view body, store::TdmPort at);

}  // namespace cadenas::admin
