#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"

namespace cadenas::pki {

/// The branch from one certificate up to its root, as far as a file holds it (CERT-5).
struct Chain {
  Certificate leaf;
  std::vector<Certificate> intermediates;  ///< the leaf's issuer first
  std::optional<Certificate> root;         ///< self-signed, the end of the branch
  std::string missing_issuer;              ///< who issued the last certificate of a branch without root, RFC 2253
  std::vector<Certificate> extra;          ///< what the file holds besides, each once
};

/// Finds the certificate of `key` and rebuilds its branch; neither depends on the order in which certificates came
/// (DOMAIN §7.1). An issuer has the name and the key identifier its subject asks for, and has signed it; only where
/// that leads to no root, one whose signature fails is taken too, for the rules to report. Of several ways up (renewed
/// and cross-signed CAs) the first of these that ends in a root is taken, and the shortest of its kind: CAs all in
/// their dates and able to sign; any signed links; any links. Of several certificates for the key: one of no CA and
/// not self-signed, in its dates at `now`, the latest to end. Loops end. Any thread; with the certificates of one
/// PKCS#12 some seconds at worst.
///
/// Errors: "chain.no-leaf" when no certificate is for `key`.
base::Result<Chain> build_chain(const PrivateKey& key, std::vector<Certificate> certificates, base::WallTime now);

/// Whether it may sign certificates: CA:TRUE and, if Key Usage is present, Key Cert Sign (CERT-5).
bool may_sign_certificates(const CertificateFacts& facts);

/// Whether the signature of `subject` is by the key of `issuer`.
bool has_signed(const Certificate& issuer, const Certificate& subject);

}  // namespace cadenas::pki
