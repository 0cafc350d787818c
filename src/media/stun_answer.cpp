#include "media/stun_answer.hpp"

#include <algorithm>

#include <netinet/in.h>

#include "media/stun_format.hpp"

namespace cadenas::media {
namespace {

void write_stun_u16(std::span<std::uint8_t> out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}
void write_stun_u32(std::span<std::uint8_t> out, std::size_t at, std::uint32_t value) {
  write_stun_u16(out, at, value >> 16);
  write_stun_u16(out, at + 2, value & 0xffff);
}

std::uint16_t stun_type(StunClass kind) {
  const auto bits = static_cast<std::uint16_t>(kind);
  return static_cast<std::uint16_t>((bits & 2) << 7 | (bits & 1) << 4 | stun::kBinding);
}

}  // namespace

StunAnswer::StunAnswer(std::span<std::uint8_t> room, StunClass kind, const StunTransaction& transaction)
    : room_(room), octets_(stun::kHeader) {
  write_stun_u16(room_, 0, stun_type(kind));
  write_stun_u16(room_, 2, 0);
  write_stun_u32(room_, 4, stun::kMagicCookie);
  std::ranges::copy(transaction, room_.begin() + 8);
}

/// The value of a new attribute, all zeros; the message's length counts it.
std::span<std::uint8_t> StunAnswer::begin_attribute(std::uint16_t type, std::size_t octets) {
  const std::size_t at = octets_;
  write_stun_u16(room_, at, type);
  write_stun_u16(room_, at + 2, octets);
  const std::span<std::uint8_t> value = room_.subspan(at + stun::kAttributeHeader, stun::padded(octets));
  std::ranges::fill(value, std::uint8_t{0});
  octets_ = at + stun::kAttributeHeader + value.size();
  write_stun_u16(room_, 2, octets_ - stun::kHeader);
  return value.first(octets);
}

void StunAnswer::add_mapped(const base::Endpoint& source) {
  const auto address = [&]() -> base::ByteView {
    if (source.is_v6()) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6*>(source.data())->sin6_addr;
      return {reinterpret_cast<const std::uint8_t*>(&v6), sizeof v6};
    }
    const auto& v4 = reinterpret_cast<const sockaddr_in*>(source.data())->sin_addr;
    return {reinterpret_cast<const std::uint8_t*>(&v4), sizeof v4};
  }();
  constexpr std::uint8_t ip4 = 1, ip6 = 2;
  const std::span<std::uint8_t> value = begin_attribute(stun::xor_mapped_address, 4 + address.size());
  value[1] = source.is_v6() ? ip6 : ip4;
  write_stun_u16(value, 2, source.port() ^ (stun::kMagicCookie >> 16));
  // The address is masked with the magic cookie and the transaction, which follow each other in the header.
  for (std::size_t i = 0; i < address.size(); ++i) value[4 + i] = address[i] ^ room_[4 + i];
}

void StunAnswer::add_error(StunError error) {
  const auto code = static_cast<unsigned>(error);
  const std::span<std::uint8_t> value = begin_attribute(stun::error_code, 4);
  value[2] = static_cast<std::uint8_t>(code / 100);
  value[3] = static_cast<std::uint8_t>(code % 100);
}

void StunAnswer::add_unknown(std::span<const std::uint16_t> types) {
  const std::span<std::uint8_t> value = begin_attribute(stun::unknown_attributes, 2 * types.size());
  for (std::size_t i = 0; i < types.size(); ++i) write_stun_u16(value, 2 * i, types[i]);
}

void StunAnswer::sign(const HmacSha1& password) {
  const std::size_t signed_octets = octets_;
  const std::span<std::uint8_t> value = begin_attribute(stun::message_integrity, stun::kIntegrity);
  std::ranges::copy(password.sign(room_.first(signed_octets), {}), value.begin());
}

std::size_t StunAnswer::finish() {
  const std::size_t covered = octets_;
  const std::span<std::uint8_t> value = begin_attribute(stun::fingerprint, stun::kFingerprint);
  write_stun_u32(value, 0, stun::fingerprint_of(room_.first(covered)));
  return octets_;
}

}  // namespace cadenas::media
