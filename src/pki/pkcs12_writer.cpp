#include "pki/pkcs12_writer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#include "pki/openssl_error.hpp"
#include "pki/openssl_handles.hpp"

namespace cadenas::pki {
namespace {

X509StackHandle above(const Identity& identity, const std::vector<Certificate>& authorities) {
  X509StackHandle all(sk_X509_new_null());
  for (const auto* each : {&identity.chain(), &authorities}) {
    for (const Certificate& certificate : *each) {
      if (!all || X509_add_cert(all.get(), certificate.handle(), X509_ADD_FLAG_UP_REF | X509_ADD_FLAG_NO_DUP) != 1)
        return nullptr;
    }
  }
  return all;
}

}  // namespace

base::Result<base::Bytes> write_pkcs12(const Identity& identity, const std::vector<Certificate>& authorities,
                                       const base::SecretBytes& password) {
  const base::ByteView given = password.view();
  if (given.empty() || std::find(given.begin(), given.end(), 0) != given.end()) {
    return base::fail("pkcs12.no-password", "Expected a password for the PKCS#12 file.", "password");
  }
  base::Bytes copy(given.size() + 1);
  std::copy(given.begin(), given.end(), copy.begin());
  const base::SecretBytes ended(std::move(copy));
  const auto* text = reinterpret_cast<const char*>(ended.view().data());

  const X509StackHandle others = above(identity, authorities);
  const Pkcs12Handle file(others ? PKCS12_create(text, identity.leaf().facts().common_name.c_str(),
                                                 identity.key().handle(), identity.leaf().handle(), others.get(),
                                                 NID_aes_256_cbc, NID_aes_256_cbc, pkcs12_iterations, -1, 0)
                                 : nullptr);
  unsigned char* der = nullptr;
  const int length = file && PKCS12_set_mac(file.get(), text, -1, nullptr, 0, pkcs12_iterations, EVP_sha256()) == 1
                         ? i2d_PKCS12(file.get(), &der)
                         : 0;
  if (length <= 0) return openssl_failure("pkcs12.unwritable", "The PKCS#12 file could not be made");
  base::Bytes octets(der, der + length);
  OPENSSL_free(der);
  return octets;
}

}  // namespace cadenas::pki
