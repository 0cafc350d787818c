#pragma once

#include <string_view>

namespace cadenas::base {

/// Names the calling thread for `top -H`, debuggers and core files. Linux keeps 15 octets: what is longer is cut.
/// Threads started by this one inherit the name until they have their own.
void name_this_thread(std::string_view name);

}  // namespace cadenas::base
