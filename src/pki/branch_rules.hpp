#pragma once

#include "pki/finding_list.hpp"

namespace cadenas::pki {

/// The rules for the branch among those of `check_content` (CERT-1, CERT-5).
void check_branch(const Chain& chain, const SystemFacts& system, base::WallTime now, FindingList& findings);

/// What OpenSSL refuses in `chain` at `now` and no error in `findings` says yet: "cert.chain-rejected".
void check_by_openssl(const Chain& chain, const SystemFacts& system, base::WallTime now, FindingList& findings);

/// Whether `certificate` was signed with a hash, or a signature of fewer than 112 bits of strength: SHA-1, MD5...
bool has_weak_hash(const Certificate& certificate);
/// Below RSA 2048 or 256 bits of EC.
bool is_weak(const PublicKeyFacts& key);
/// "RSA 1024", "EC 192".
std::string to_string(const PublicKeyFacts& key);

}  // namespace cadenas::pki
