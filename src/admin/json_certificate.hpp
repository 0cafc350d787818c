#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "base/clock.hpp"
#include "pbx/imported_certificate.hpp"
#include "pki/certificate.hpp"
#include "pki/ocsp_cache.hpp"

namespace cadenas::admin {

/// A certificate with all its fields, its state at `now` and its PEM.
boost::json::object to_json(const pki::Certificate& certificate, base::WallTime now);

/// What the responder says of the certificate in service, and whether new handshakes staple it at `now`.
boost::json::object to_json(const pki::OcspState& state, base::WallTime now);

/// The CA file for phones (CERT-10): each certificate with its fields, and all of them as one PEM text.
boost::json::object trust_json(const std::vector<pki::Certificate>& certificates, base::WallTime now);

/// Each with its severity, code, message and field.
boost::json::array findings_json(const std::vector<pki::Finding>& findings);

/// What came of an import: whether it is there, the certificate or null, and every finding.
boost::json::object to_json(const pbx::ImportedCertificate& imported, base::WallTime now);

}  // namespace cadenas::admin
