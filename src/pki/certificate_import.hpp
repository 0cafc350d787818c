#pragma once

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "pki/content_rules.hpp"
#include "pki/identity.hpp"

namespace cadenas::pki {

/// What came of an import. Either everything is there to put into service, or nothing is.
struct ImportOutcome {
  std::optional<Identity> identity;  ///< with intermediates, and the root if the file held it; none with an error
  std::vector<Finding> findings;     ///< all of them, also those of a success
};

/// Reads a PKCS#12 file and holds what is in it against every rule (CERT-2 to CERT-5, CERT-12): see `read_pkcs12`,
/// `build_chain` and `check_content` for the codes of its findings, and also "licence.locked" beside a file that cannot
/// be read. Changes nothing: putting the identity into service is the caller's. May take seconds: not for the thread of
/// a loop. Any thread.
ImportOutcome import_certificate(base::ByteView file, const base::SecretBytes& password, const SystemFacts& system,
                                 base::WallTime now);

}  // namespace cadenas::pki
