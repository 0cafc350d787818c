#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "media/datagram_bio.hpp"
#include "media/dtls_context.hpp"
#include "media/dtls_failure.hpp"
#include "media/dtls_handles.hpp"
#include "media/dtls_keys.hpp"
#include "media/dtls_params.hpp"

namespace cadenas::media {

/// One DTLS association (RFC 6347) with the use_srtp extension (RFC 5764): from the first flight to the keys, and after
/// them the answers to a peer that missed the last flight. The peer's certificate is held against the fingerprints
/// while the handshake runs, so an association that is established is authentic. It stays where it is. One thread at a
/// time; no call waits. A call costs up to most of a millisecond (bench_dtls): public-key work, and what OpenSSL 3.0
/// takes to read a certificate.
class DtlsAssociation final : private DtlsPeerJudge {
 public:
  enum class State : std::uint8_t { handshaking, established, failed };

  /// `context` and `params` outlive it. `out` takes each datagram that is to leave, within the calls below. Throws
  /// std::bad_alloc.
  DtlsAssociation(const DtlsContext& context, const DtlsParams& params, DatagramBio::Sink out);
  DtlsAssociation(const DtlsAssociation&) = delete;
  DtlsAssociation& operator=(const DtlsAssociation&) = delete;

  /// The active end sends its first flight; the passive one does nothing.
  State start() { return handshake(); }
  /// Takes a datagram from the peer.
  State read(base::ByteView datagram);
  /// Sends the last flight again if the time for it has come, else does nothing. OpenSSL gives up after twelve times.
  State retransmit();
  /// How long until `retransmit` has something to do; nothing while no answer is waited for. By the machine's clock,
  /// which is OpenSSL's: ask anew after each call, and once it is over.
  std::optional<std::chrono::microseconds> time_left() const;

  /// Why it failed.
  DtlsFailure failure() const { return failure_; }
  /// The keys of an established association, once.
  DtlsKeys take_keys() { return std::move(*keys_); }

 private:
  bool accepts(X509* shown) override;
  static unsigned next_timeout(SSL* ssl, unsigned microseconds);
  State handshake();
  State established();
  State fail(DtlsFailure failure);
  DtlsFailure reason_of_openssl() const;
  void read_what_follows();

  const DtlsContext& context_;
  const DtlsParams& params_;
  State state_ = State::handshaking;
  DtlsFailure failure_ = DtlsFailure::none;
  DtlsFailure certificate_failure_ = DtlsFailure::none;
  std::optional<DtlsKeys> keys_;
  DatagramBio bio_;
  SslHandle ssl_;
};

}  // namespace cadenas::media
