#include "pki/pkcs12_password.hpp"

#include <algorithm>

namespace cadenas::pki {
namespace {

/// UTF-8 as Latin-1: what a tool on a Latin-1 terminal took. Empty if a character is not in Latin-1.
base::SecretBytes to_latin1(base::ByteView utf8) {
  base::Bytes out;
  out.reserve(utf8.size());  // wiped at its end: it must not move before
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const std::uint8_t octet = utf8[i];
    if (octet < 0x80) {
      out.push_back(octet);
    } else if ((octet == 0xc2 || octet == 0xc3) && i + 1 < utf8.size()) {
      out.push_back(static_cast<std::uint8_t>(((octet & 0x03) << 6) | (utf8[++i] & 0x3f)));
    } else {
      base::secure_wipe(out);
      return {};
    }
  }
  return base::SecretBytes(std::move(out));
}

/// Every octet of UTF-8 taken for a character of Latin-1: OpenSSL before 1.1 on a terminal of UTF-8.
base::SecretBytes from_latin1(base::ByteView octets) {
  base::Bytes out;
  out.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) {
    if (octet < 0x80) {
      out.push_back(octet);
    } else {
      out.push_back(static_cast<std::uint8_t>(0xc0 | (octet >> 6)));
      out.push_back(static_cast<std::uint8_t>(0x80 | (octet & 0x3f)));
    }
  }
  return base::SecretBytes(std::move(out));
}

}  // namespace

std::vector<base::SecretBytes> older_forms(base::ByteView utf8) {
  std::vector<base::SecretBytes> forms;
  if (std::all_of(utf8.begin(), utf8.end(), [](std::uint8_t octet) { return octet < 0x80; })) return forms;
  if (auto latin1 = to_latin1(utf8); !latin1.empty()) forms.push_back(std::move(latin1));
  forms.push_back(from_latin1(utf8));
  return forms;
}

}  // namespace cadenas::pki
