#include "dtls_peer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>

namespace cadenas::media::test {

using base::Bytes;

struct PeerBio {
  static DtlsPeer& of(BIO* bio) { return *static_cast<DtlsPeer*>(BIO_get_data(bio)); }
  static int read(BIO* bio, char* room, int octets) {
    DtlsPeer& peer = of(bio);
    BIO_clear_retry_flags(bio);
    if (!peer.reading_ || peer.reading_->empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const auto size = static_cast<int>(peer.reading_->size());
    if (size > octets) throw std::logic_error("a datagram larger than OpenSSL reads");
    std::memcpy(room, peer.reading_->data(), peer.reading_->size());
    peer.reading_ = nullptr;
    return size;
  }
  static int write(BIO* bio, const char* data, int octets) {
    of(bio).out.emplace_back(data, data + octets);
    return octets;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* out = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "peer");
      BIO_meth_set_read(out, read);
      BIO_meth_set_write(out, write);
      BIO_meth_set_ctrl(out, control);
      return out;
    }();
    return made;
  }
};

namespace {

EVP_PKEY* make_key(const std::string& kind) {
  if (kind == "RSA2048") return EVP_RSA_gen(2048);
  if (kind == "RSA1024") return EVP_RSA_gen(1024);
  return EVP_EC_gen("P-256");
}

X509* make_certificate(EVP_PKEY* key) {
  X509* out = X509_new();
  X509_set_version(out, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out), 7);
  X509_gmtime_adj(X509_getm_notBefore(out), -60);
  X509_gmtime_adj(X509_getm_notAfter(out), 3600);
  X509_NAME* name = X509_get_subject_name(out);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("far end"), -1, -1, 0);
  X509_set_issuer_name(out, name);
  X509_set_pubkey(out, key);
  X509_sign(out, key, EVP_sha256());
  return out;
}

unsigned timeout(SSL*, unsigned before) {
  return before == 0 ? 20'000 : std::min(2 * before, 100'000u);
}

}  // namespace

DtlsPeer::DtlsPeer(PeerSettings settings) : settings_(std::move(settings)) {
  [[maybe_unused]] static const srtp_err_status_t started = srtp_init();
  key_ = make_key(settings_.key);
  certificate_ = make_certificate(key_);
  context_ = SSL_CTX_new(DTLS_method());
  // So that it can show a weak key, which is ours to refuse.
  SSL_CTX_set_security_level(context_, 0);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  if (settings_.shows_certificate) {
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
  }
  if (!settings_.profiles.empty()) SSL_CTX_set_tlsext_use_srtp(context_, settings_.profiles.c_str());
  SSL_CTX_set_options(context_, SSL_OP_NO_QUERY_MTU);
  ssl_ = SSL_new(context_);
  BIO* bio = BIO_new(PeerBio::method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_mtu(ssl_, 1200);
  DTLS_set_timer_cb(ssl_, timeout);
  if (settings_.role == DtlsRole::active) {
    SSL_set_connect_state(ssl_);
  } else {
    SSL_set_accept_state(ssl_);
  }
}

DtlsPeer::~DtlsPeer() {
  if (send_) srtp_dealloc(send_);
  if (receive_) srtp_dealloc(receive_);
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

DtlsFingerprint DtlsPeer::fingerprint(FingerprintHash hash) const {
  const EVP_MD* function = hash == FingerprintHash::sha256   ? EVP_sha256()
                           : hash == FingerprintHash::sha384 ? EVP_sha384()
                                                             : EVP_sha512();
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate_, &der);
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned octets = 0;
  EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &octets, function, nullptr);
  OPENSSL_free(der);
  digest.resize(octets);
  return {hash, digest};
}

void DtlsPeer::run(const Bytes& datagram) {
  if (has_failed_) return;
  reading_ = &datagram;
  ERR_clear_error();
  std::array<unsigned char, 512> ignored;
  const int done = SSL_is_init_finished(ssl_) ? SSL_read(ssl_, ignored.data(), static_cast<int>(ignored.size()))
                                              : SSL_do_handshake(ssl_);
  const int wants = SSL_get_error(ssl_, done);
  has_failed_ = done <= 0 && wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_ZERO_RETURN;
  reading_ = nullptr;
}

void DtlsPeer::tick() {
  if (has_failed_ || is_done()) return;
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_) < 0) has_failed_ = true;
}

const char* DtlsPeer::profile() const {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_);
  return chosen ? chosen->name : "";
}

void DtlsPeer::make_srtp() {
  if (send_) return;
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_);
  if (!chosen) throw std::logic_error("no profile");
  // libsrtp2 numbers its profiles as the registry does.
  const auto profile = static_cast<srtp_profile_t>(chosen->id);
  const std::size_t key = srtp_profile_get_master_key_length(profile);
  const std::size_t salt = srtp_profile_get_master_salt_length(profile);
  Bytes exported(2 * (key + salt));
  const char* label = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(ssl_, exported.data(), exported.size(), label, std::strlen(label), nullptr, 0, 0) !=
      1) {
    throw std::logic_error("no exporter");
  }
  // RFC 5764 §4.2: client key, server key, client salt, server salt.
  const auto session = [&](bool is_client, srtp_ssrc_type_t direction) {
    const std::ptrdiff_t end = is_client ? 0 : 1;
    Bytes keying(exported.begin() + end * static_cast<std::ptrdiff_t>(key),
                 exported.begin() + (end + 1) * static_cast<std::ptrdiff_t>(key));
    const auto salts = exported.begin() + 2 * static_cast<std::ptrdiff_t>(key);
    keying.insert(keying.end(), salts + end * static_cast<std::ptrdiff_t>(salt),
                  salts + (end + 1) * static_cast<std::ptrdiff_t>(salt));
    srtp_policy_t policy{};
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
    policy.ssrc.type = direction;
    policy.key = keying.data();
    srtp_t made = nullptr;
    if (srtp_create(&made, &policy) != srtp_err_status_ok) throw std::runtime_error("srtp_create");
    return made;
  };
  const bool is_client = settings_.role == DtlsRole::active;
  send_ = session(is_client, ssrc_any_outbound);
  receive_ = session(!is_client, ssrc_any_inbound);
}

Bytes DtlsPeer::protect(Bytes packet) {
  make_srtp();
  alignas(8) std::array<std::uint8_t, 2048> room;
  std::ranges::copy(packet, room.begin());
  int octets = static_cast<int>(packet.size());
  const bool is_rtcp = packet.size() > 1 && packet[1] >= 192 && packet[1] <= 223;
  if ((is_rtcp ? srtp_protect_rtcp : srtp_protect)(send_, room.data(), &octets) != srtp_err_status_ok) {
    throw std::runtime_error("libsrtp2 does not protect");
  }
  return {room.begin(), room.begin() + octets};
}

std::optional<Bytes> DtlsPeer::unprotect(Bytes packet) {
  make_srtp();
  alignas(8) std::array<std::uint8_t, 2048> room;
  std::ranges::copy(packet, room.begin());
  int octets = static_cast<int>(packet.size());
  const bool is_rtcp = packet.size() > 1 && packet[1] >= 192 && packet[1] <= 223;
  if ((is_rtcp ? srtp_unprotect_rtcp : srtp_unprotect)(receive_, room.data(), &octets) != srtp_err_status_ok) {
    return std::nullopt;
  }
  return Bytes(room.begin(), room.begin() + octets);
}

}  // namespace cadenas::media::test
