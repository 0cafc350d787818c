#include "pki/alternative_names.hpp"

#include <algorithm>
#include <utility>

#include <netinet/in.h>
#include <openssl/x509v3.h>

#include "base/endpoint.hpp"

namespace cadenas::pki {
namespace {

std::string address_text(const ASN1_OCTET_STRING* octets) {
  const unsigned char* data = ASN1_STRING_get0_data(octets);
  if (ASN1_STRING_length(octets) == 4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::copy_n(data, 4, reinterpret_cast<unsigned char*>(&v4.sin_addr));
    return base::Endpoint::from(reinterpret_cast<const sockaddr*>(&v4)).address();
  }
  if (ASN1_STRING_length(octets) == 16) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::copy_n(data, 16, reinterpret_cast<unsigned char*>(&v6.sin6_addr));
    return base::Endpoint::from(reinterpret_cast<const sockaddr*>(&v6)).address();
  }
  return {};
}

}  // namespace

AlternativeNames read_alternative_names(const stack_st_GENERAL_NAME* names) {
  AlternativeNames read;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_IPADD) {
      if (auto text = address_text(name->d.iPAddress); !text.empty()) read.ip_addresses.push_back(std::move(text));
    } else if (name->type == GEN_DNS) {
      read.dns_names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    }
  }
  return read;
}

std::string last_common_name(const X509_NAME* name) {
  int index = -1;
  for (int next = index; (next = X509_NAME_get_index_by_NID(name, NID_commonName, next)) >= 0;) index = next;
  if (index < 0) return {};
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (length < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length));
  OPENSSL_free(utf8);
  return text;
}

}  // namespace cadenas::pki
