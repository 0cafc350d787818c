#include "ice_agent.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace cadenas::media::test {
namespace {

using base::Bytes;

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
std::size_t u16_at(const Bytes& from, std::size_t at) {
  return static_cast<std::size_t>(from[at]) << 8 | from[at + 1];
}
void set_length(Bytes& message, std::size_t octets) {
  message[2] = static_cast<std::uint8_t>(octets >> 8);
  message[3] = static_cast<std::uint8_t>(octets);
}
void append_attribute(Bytes& out, std::uint16_t type, const Bytes& value) {
  append_u16(out, type);
  append_u16(out, value.size());
  out.insert(out.end(), value.begin(), value.end());
  // As RFC 5769 pads: the octets have no meaning.
  while (out.size() % 4 != 0) out.push_back(0x20);
  set_length(out, out.size() - 20);
}
Bytes integrity_of(Bytes message, const std::string& password) {
  set_length(message, message.size() + 24 - 20);
  Bytes digest(20);
  unsigned octets = 0;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), message.data(), message.size(), digest.data(),
       &octets);
  return digest;
}
Bytes fingerprint_of(Bytes message) {
  set_length(message, message.size() + 8 - 20);
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t octet : message) {
    crc ^= octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320 & (0u - (crc & 1)));
  }
  const std::uint32_t value = htonl(~crc ^ 0x5354554e);
  Bytes out(4);
  std::memcpy(out.data(), &value, 4);
  return out;
}
base::Endpoint unmask(const Bytes& message, const Bytes& value) {
  Bytes address(value.begin() + 4, value.end());
  for (std::size_t i = 0; i < address.size(); ++i) address[i] ^= message[4 + i];
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(value[1] == 2 ? AF_INET6 : AF_INET, address.data(), text.data(), text.size());
  return base::Endpoint::parse(text.data(), static_cast<std::uint16_t>(u16_at(value, 2) ^ 0x2112)).value();
}

}  // namespace

Bytes make_check(const Check& check) {
  Bytes out;
  append_u16(out, check.type);
  append_u16(out, 0);
  append_u16(out, 0x2112);
  append_u16(out, 0xa442);
  out.insert(out.end(), 12, check.transaction);
  if (check.has_username) append_attribute(out, 0x0006, Bytes(check.username.begin(), check.username.end()));
  append_attribute(out, 0x0024, {0x6e, 0x00, 0x1e, 0xff});
  append_attribute(out, check.is_controlled ? 0x8029 : 0x802a, Bytes(8, 0x5a));
  if (check.nominates) append_attribute(out, 0x0025, {});
  for (const auto& [type, value] : check.more) append_attribute(out, type, value);
  if (check.has_integrity) append_attribute(out, 0x0008, integrity_of(out, check.password));
  if (check.has_fingerprint) append_attribute(out, 0x8028, fingerprint_of(out));
  return out;
}

std::optional<CheckAnswer> read_answer(const Bytes& datagram, const std::string& password) {
  if (datagram.size() < 20 || u16_at(datagram, 2) != datagram.size() - 20) return std::nullopt;
  const std::size_t type = u16_at(datagram, 0);
  if (type != 0x0101 && type != 0x0111) return std::nullopt;
  CheckAnswer answer;
  answer.is_success = type == 0x0101;
  answer.transaction = datagram[8];
  if (std::any_of(datagram.begin() + 8, datagram.begin() + 20, [&](auto x) { return x != datagram[8]; })) {
    return std::nullopt;
  }
  for (std::size_t at = 20; at < datagram.size();) {
    const Bytes before(datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(at));
    const std::size_t octets = u16_at(datagram, at + 2);
    if (at + 4 + octets > datagram.size()) return std::nullopt;
    const auto begin = datagram.begin() + static_cast<std::ptrdiff_t>(at + 4);
    const Bytes value(begin, begin + static_cast<std::ptrdiff_t>(octets));
    switch (u16_at(datagram, at)) {
      case 0x0008:
        answer.is_signed = value == integrity_of(before, password);
        break;
      case 0x0009:
        answer.error = value[2] * 100u + value[3];
        break;
      case 0x000a:
        for (std::size_t i = 0; i < octets; i += 2) {
          answer.unknown.push_back(static_cast<std::uint16_t>(u16_at(value, i)));
        }
        break;
      case 0x0020:
        answer.mapped = unmask(datagram, value);
        break;
      case 0x8028:
        answer.has_fingerprint = value == fingerprint_of(before) && at + 8 == datagram.size();
        break;
      default:
        return std::nullopt;
    }
    at += 4 + (octets + 3) / 4 * 4;
  }
  return answer;
}

}  // namespace cadenas::media::test
