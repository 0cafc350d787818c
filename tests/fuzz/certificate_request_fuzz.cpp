#include <cstdint>

#include "pki/certificate_request.hpp"
#include "require.hpp"

using namespace cadenas;
using namespace cadenas::pki;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = CertificateRequest::parse({data, size});
  if (!request) {
    const auto& code = request.error().code;
    require(code == "request.unreadable" || code == "request.bad-signature" || code == "request.weak-key");
    return 0;
  }
  require(request->public_key() != nullptr);
  require(request->dns_names().size() <= size && request->ip_addresses().size() <= size);
  return 0;
}
