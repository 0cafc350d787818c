#pragma once

#include <string_view>

namespace cadenas::admin {

/// openapi.json, built into the program.
extern const std::string_view openapi_document;

}  // namespace cadenas::admin
