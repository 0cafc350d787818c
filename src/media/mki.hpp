#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.hpp"

namespace cadenas::media {

/// The master key identifier a receiver expects before the tag of each packet (RFC 3711 §3.1, §3.4); of no octets where
/// none was agreed. It is not part of what is authenticated. A value.
class Mki {
 public:
  explicit Mki(base::Bytes value) : value_(std::move(value)) {}

  std::size_t octets() const { return value_.size(); }
  /// `packet` has room for header, MKI and tag: the caller has checked.
  bool stands_in(base::ByteView packet, std::size_t tag_octets) const {
    return std::ranges::equal(packet.last(tag_octets + octets()).first(octets()), value_);
  }
  /// Moves the tag over the MKI and returns the octets that are left.
  std::size_t take_off(std::span<std::uint8_t> packet, std::size_t tag_octets) const {
    const auto tag = packet.last(tag_octets);
    if (octets() != 0) std::ranges::copy(tag, packet.last(tag_octets + octets()).begin());
    return packet.size() - octets();
  }

 private:
  base::Bytes value_;
};

}  // namespace cadenas::media
