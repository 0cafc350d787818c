#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "media/suite.hpp"

namespace cadenas::media {

/// What stands behind the payload of a protected packet: the tag, with SRTCP the field of E bit and index, and the
/// master key identifier where a receiver expects one (RFC 3711 §3.1). RFC 3711 puts the tag last; to an AEAD it is the
/// end of the ciphertext, so there it comes first (RFC 7714 §8.2, §9.2). A value.
///
/// Every `packet` is a whole one, and no shorter than `octets()`: the caller has checked.
class Trailer {
 public:
  /// `mki` empty: none.
  Trailer(const SuiteFacts& suite, Protocol protocol, base::Bytes mki = {})
      : is_aead_(suite.is_aead()),
        tag_(suite.tag(protocol)),
        index_field_(protocol == Protocol::rtcp ? 4 : 0),
        mki_(std::move(mki)) {}

  std::size_t octets() const { return tag_ + index_field_ + mki_.size(); }

  template <class Octet>
  std::span<Octet> tag(std::span<Octet> packet) const {
    return is_aead_ ? packet.last(octets()).first(tag_) : packet.last(tag_);
  }
  template <class Octet>
  std::span<Octet> index_field(std::span<Octet> packet) const {
    return packet.last(octets()).subspan(is_aead_ ? tag_ : 0, index_field_);
  }
  /// The packet bears the MKI that is expected, or none is.
  bool names_key(base::ByteView packet) const {
    return std::ranges::equal(packet.last(mki_.size() + behind_mki()).first(mki_.size()), mki_);
  }
  /// Closes the gap that the MKI leaves; returns the octets of the packet then.
  std::size_t take_off_mki(std::span<std::uint8_t> packet) const {
    if (!mki_.empty()) {
      std::ranges::copy(packet.last(behind_mki()), packet.last(mki_.size() + behind_mki()).begin());
    }
    return packet.size() - mki_.size();
  }
  void expect_mki(base::Bytes mki) { mki_ = std::move(mki); }

 private:
  std::size_t behind_mki() const { return is_aead_ ? 0 : tag_; }

  bool is_aead_;
  std::size_t tag_;
  std::size_t index_field_;
  base::Bytes mki_;
};

}  // namespace cadenas::media
