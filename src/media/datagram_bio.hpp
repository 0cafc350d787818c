#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.hpp"
#include "media/dtls_handles.hpp"

namespace cadenas::media {

/// Between OpenSSL and whoever moves datagrams: one datagram to read at a time, each write is a datagram. It stays
/// where it is. One thread at a time.
class DatagramBio {
 public:
  /// Each datagram that OpenSSL sends; it lives until the call returns.
  using Sink = std::function<void(base::ByteView)>;

  /// Throws std::bad_alloc.
  explicit DatagramBio(Sink sink);
  DatagramBio(const DatagramBio&) = delete;
  DatagramBio& operator=(const DatagramBio&) = delete;

  /// For SSL_set_bio, which takes a reference for each direction: the caller adds one. Used no longer than this object.
  BIO* get() const { return bio_.get(); }
  /// What OpenSSL reads next; it must live until `clear`.
  void put(base::ByteView datagram) { waiting_ = datagram; }
  bool has_datagram() const { return !waiting_.empty(); }
  void clear() { waiting_ = {}; }

  /// For the method of the BIO only.
  int read(std::span<std::uint8_t> room);
  void write(base::ByteView datagram) const { sink_(datagram); }

 private:
  Sink sink_;
  base::ByteView waiting_;
  BioHandle bio_;
};

}  // namespace cadenas::media
