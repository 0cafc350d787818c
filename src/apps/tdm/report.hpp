#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>

namespace cadenas::apps::tdm {

/// Takes what happened: an object with the member "event", and "port" where it is about one.
using Report = std::function<void(boost::json::object)>;

}  // namespace cadenas::apps::tdm
