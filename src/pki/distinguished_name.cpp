#include "pki/distinguished_name.hpp"

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "pki/openssl_handles.hpp"

namespace cadenas::pki {

std::string distinguished_name(const X509_NAME* name, std::size_t limit) {
  const BioHandle sink(BIO_new(BIO_s_mem()));
  if (!sink || X509_NAME_print_ex(sink.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char* data = nullptr;
  const long length = BIO_get_mem_data(sink.get(), &data);
  std::string text(data, static_cast<std::size_t>(length));
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

}  // namespace cadenas::pki
