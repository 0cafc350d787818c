#include "media/dtls_failure.hpp"

namespace cadenas::media {

std::string_view code(DtlsFailure failure) {
  switch (failure) {
    case DtlsFailure::none:
      return {};
    case DtlsFailure::fingerprint:
      return "dtls.fingerprint";
    case DtlsFailure::weak_key:
      return "dtls.weak-key";
    case DtlsFailure::no_certificate:
      return "dtls.no-certificate";
    case DtlsFailure::no_srtp_profile:
      return "dtls.no-srtp-profile";
    case DtlsFailure::version:
      return "dtls.version";
    case DtlsFailure::refused:
      return "dtls.refused";
    case DtlsFailure::timeout:
      return "dtls.timeout";
    case DtlsFailure::protocol:
      return "dtls.protocol";
  }
  return {};
}

std::string_view sentence(DtlsFailure failure) {
  switch (failure) {
    case DtlsFailure::none:
      return {};
    case DtlsFailure::fingerprint:
      return "DTLS handshake failed: the peer's certificate does not match the fingerprint in its SDP.";
    case DtlsFailure::weak_key:
      return "DTLS handshake failed: the key in the peer's certificate is too weak (RSA needs 2048 bits).";
    case DtlsFailure::no_certificate:
      return "DTLS handshake failed: the peer showed no certificate.";
    case DtlsFailure::no_srtp_profile:
      return "DTLS handshake failed: the peer has no SRTP protection profile in common with this system.";
    case DtlsFailure::version:
      return "DTLS handshake failed: the peer does not speak DTLS 1.2.";
    case DtlsFailure::refused:
      return "DTLS handshake failed: the peer refused it with an alert.";
    case DtlsFailure::timeout:
      return "DTLS handshake failed: the peer does not answer.";
    case DtlsFailure::protocol:
      return "DTLS handshake failed: the peer broke the protocol.";
  }
  return {};
}

}  // namespace cadenas::media
