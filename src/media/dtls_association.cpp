#include "media/dtls_association.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

#include "media/dtls_fingerprint.hpp"
#include "media/dtls_profile.hpp"

namespace cadenas::media {
namespace {

// What fits any path that carries voice, as WebRTC has it.
constexpr long kDatagram = 1200;
constexpr unsigned kLongestTimeoutUs = 4'000'000;
constexpr int kLeastSecurityBits = 112;

}  // namespace

DtlsAssociation::DtlsAssociation(const DtlsContext& context, const DtlsParams& params, DatagramBio::Sink out)
    : context_(context), params_(params), bio_(std::move(out)), ssl_(SSL_new(context.get())) {
  SSL* const ssl = ssl_.get();
  if (!ssl || SSL_set_app_data(ssl, static_cast<DtlsPeerJudge*>(this)) != 1 ||
      SSL_set_tlsext_use_srtp(ssl, profile_list(params.suites).c_str()) != 0) {
    throw std::bad_alloc();
  }
  SSL_set_mtu(ssl, kDatagram);
  DTLS_set_timer_cb(ssl, next_timeout);
  BIO_up_ref(bio_.get());
  SSL_set_bio(ssl, bio_.get(), bio_.get());
  if (params.role == DtlsRole::active) {
    SSL_set_connect_state(ssl);
  } else {
    SSL_set_accept_state(ssl);
  }
}

DtlsAssociation::State DtlsAssociation::read(base::ByteView datagram) {
  if (state_ == State::failed || datagram.empty()) return state_;
  bio_.put(datagram);
  if (state_ == State::handshaking) handshake();
  if (state_ == State::established) read_what_follows();
  bio_.clear();
  return state_;
}

DtlsAssociation::State DtlsAssociation::retransmit() {
  if (state_ != State::handshaking) return state_;
  ERR_clear_error();
  return DTLSv1_handle_timeout(ssl_.get()) < 0 ? fail(reason_of_openssl()) : state_;
}

std::optional<std::chrono::microseconds> DtlsAssociation::time_left() const {
  timeval left{};
  if (state_ != State::handshaking || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return std::nullopt;
  return std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

DtlsAssociation::State DtlsAssociation::handshake() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return established();
  const int wants = SSL_get_error(ssl_.get(), done);
  if (wants == SSL_ERROR_WANT_READ || wants == SSL_ERROR_WANT_WRITE) return state_;
  return fail(reason_of_openssl());
}

DtlsAssociation::State DtlsAssociation::established() {
  const SRTP_PROTECTION_PROFILE* const profile = SSL_get_selected_srtp_profile(ssl_.get());
  const std::optional<Suite> suite = profile ? suite_from_profile(profile->id) : std::nullopt;
  if (!suite) {
    SSL_shutdown(ssl_.get());
    return fail(DtlsFailure::no_srtp_profile);
  }
  std::array<std::uint8_t, std::size_t{2} * (32 + 14)> exported;
  const std::span<std::uint8_t> used = std::span(exported).first(exported_octets(*suite));
  const bool ready = SSL_export_keying_material(ssl_.get(), used.data(), used.size(), kDtlsSrtpLabel.data(),
                                                kDtlsSrtpLabel.size(), nullptr, 0, 0) == 1;
  if (ready) keys_ = split_exported(*suite, used, params_.role);
  base::secure_wipe(exported);
  if (!ready) return fail(DtlsFailure::protocol);
  return state_ = State::established;
}

DtlsAssociation::State DtlsAssociation::fail(DtlsFailure failure) {
  failure_ = failure;
  return state_ = State::failed;
}

DtlsFailure DtlsAssociation::reason_of_openssl() const {
  if (certificate_failure_ != DtlsFailure::none) return certificate_failure_;
  const unsigned long error = ERR_peek_error();
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return DtlsFailure::protocol;
  switch (const int reason = ERR_GET_REASON(error)) {
    case SSL_R_READ_TIMEOUT_EXPIRED:
      return DtlsFailure::timeout;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return DtlsFailure::no_certificate;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_PROTOCOL:
      return DtlsFailure::version;
    default:
      return reason > SSL_AD_REASON_OFFSET ? DtlsFailure::refused : DtlsFailure::protocol;
  }
}

/// The peer's last flight again, which OpenSSL answers with ours, or an alert. Nothing else is of interest, and nothing
/// that comes now changes the keys.
void DtlsAssociation::read_what_follows() {
  std::array<std::uint8_t, 256> ignored;
  ERR_clear_error();
  while (bio_.has_datagram() || SSL_pending(ssl_.get()) > 0) {
    if (SSL_read(ssl_.get(), ignored.data(), static_cast<int>(ignored.size())) <= 0) return;
  }
}

bool DtlsAssociation::accepts(X509* shown) {
  if (!matches(shown, params_.peer)) {
    certificate_failure_ = DtlsFailure::fingerprint;
  } else if (EVP_PKEY_get_security_bits(X509_get0_pubkey(shown)) < kLeastSecurityBits) {
    certificate_failure_ = DtlsFailure::weak_key;
  }
  return certificate_failure_ == DtlsFailure::none;
}

unsigned DtlsAssociation::next_timeout(SSL* ssl, unsigned microseconds) {
  const auto& association = static_cast<const DtlsAssociation&>(*static_cast<DtlsPeerJudge*>(SSL_get_app_data(ssl)));
  if (microseconds == 0) {
    return static_cast<unsigned>(std::chrono::microseconds(association.context_.times().retransmit).count());
  }
  return std::min(2 * microseconds, kLongestTimeoutUs);
}

}  // namespace cadenas::media
