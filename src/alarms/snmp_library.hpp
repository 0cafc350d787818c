#pragma once

#include <mutex>

namespace cadenas::alarms {

/// NET-SNMP in this process, made ready by the first call: it reads no configuration and no MIB, keeps no file, takes
/// no signal and prints nothing. Its tables are the process's: whoever uses it holds the lock that is returned.
std::unique_lock<std::mutex> use_snmp_library();

}  // namespace cadenas::alarms
