#pragma once

#include <optional>
#include <vector>

#include "pki/certificate.hpp"
#include "pki/content_rules.hpp"

namespace cadenas::pbx {

/// What came of an import (CERT-2): the certificate, unless an error stands among the findings.
struct ImportedCertificate {
  std::optional<pki::Certificate> certificate;
  std::vector<pki::Finding> findings;
};

}  // namespace cadenas::pbx
