#include "pki/asn1_time.hpp"

#include <ctime>

#include <openssl/asn1.h>

namespace cadenas::pki {

std::optional<base::WallTime> wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return base::WallTime(std::chrono::seconds(timegm(&parts)));
}

}  // namespace cadenas::pki
