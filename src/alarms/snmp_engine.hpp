#pragma once

#include <cstdint>
#include <filesystem>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace cadenas::alarms {

/// Our SNMP engine: authoritative for the v3 traps we send (RFC 3414 §1.5.1).
struct SnmpEngine {
  base::Bytes id;           ///< 5 to 32 octets (RFC 3411 §5)
  std::uint32_t boots = 0;  ///< starts since the id was made; stays at 2^31-1 once there (RFC 3414 §2.2.2)
};

/// Takes the engine that `file` keeps, or makes one, and counts a start. Only when that is on the disk is it returned:
/// no two starts have the same number. A receiver knows us by the id, so a file that cannot be understood is not
/// replaced. Blocking. Errors "snmp.engine-damaged", "file.write-failed".
base::Result<SnmpEngine> start_engine(const std::filesystem::path& file);

}  // namespace cadenas::alarms
