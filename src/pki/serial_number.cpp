#include "pki/serial_number.hpp"

#include <algorithm>

#include <openssl/asn1.h>
#include <openssl/sha.h>

#include "base/bytes.hpp"

namespace cadenas::pki {

SerialNumber SerialNumber::of(const ASN1_INTEGER* integer) {
  SerialNumber number;
  base::ByteView magnitude(ASN1_STRING_get0_data(integer), static_cast<std::size_t>(ASN1_STRING_length(integer)));
  while (!magnitude.empty() && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  const bool negative = (ASN1_STRING_type(integer) & V_ASN1_NEG) != 0 && !magnitude.empty();
  const std::size_t width = number.octets_.size();
  const bool fits = magnitude.size() < width || (magnitude.size() == width && magnitude.front() < 0x80);
  if (fits && !negative) {
    std::copy(magnitude.begin(), magnitude.end(), number.octets_.end() - static_cast<std::ptrdiff_t>(magnitude.size()));
    return number;
  }
  base::Bytes signed_number{static_cast<std::uint8_t>(negative ? 1 : 0)};
  signed_number.insert(signed_number.end(), magnitude.begin(), magnitude.end());
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(signed_number.data(), signed_number.size(), digest.data());
  std::copy_n(digest.begin(), width, number.octets_.begin());
  number.octets_.front() |= 0x80;
  return number;
}

std::string SerialNumber::to_hex() const {
  const auto first = std::find_if(octets_.begin(), octets_.end() - 1, [](std::uint8_t octet) { return octet != 0; });
  return base::to_hex({first, octets_.end()});
}

}  // namespace cadenas::pki
