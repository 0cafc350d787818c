#include "pki/crl_download.hpp"

#include <memory>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace cadenas::pki {
namespace {

void add_uris(const DIST_POINT* point, std::vector<std::string>& uris) {
  const bool whole = point->reasons == nullptr && point->CRLissuer == nullptr;
  if (!whole || point->distpoint == nullptr || point->distpoint->type != 0) return;
  const GENERAL_NAMES* names = point->distpoint->name.fullname;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
}

}  // namespace

std::vector<std::string> crl_distribution_points(const Certificate& certificate) {
  const std::unique_ptr<CRL_DIST_POINTS, decltype(&CRL_DIST_POINTS_free)> points(
      static_cast<CRL_DIST_POINTS*>(
          X509_get_ext_d2i(certificate.handle(), NID_crl_distribution_points, nullptr, nullptr)),
      CRL_DIST_POINTS_free);
  std::vector<std::string> uris;
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    add_uris(sk_DIST_POINT_value(points.get(), i), uris);
  }
  ERR_clear_error();
  return uris;
}

base::Result<base::Bytes> download_crl(const std::string& uri, const DownloadLimits& limits) {
  return download(uri, {"crl", "revocation list"}, limits);
}

}  // namespace cadenas::pki
