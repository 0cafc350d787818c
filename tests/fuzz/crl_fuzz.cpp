#include <cstdint>
#include <vector>

#include "pki/crl.hpp"
#include "require.hpp"

using namespace cadenas;
using namespace cadenas::pki;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lists = UnverifiedCrl::parse({data, size});
  if (!lists) {
    require(lists.error().code == "crl.unreadable" || lists.error().code == "crl.unsupported");
    return 0;
  }
  require(!lists->empty());
  for (const UnverifiedCrl& list : *lists) {
    require(list.facts().entries <= size);
    // Without an issuer nothing is ever verified.
    require(!list.verify(std::vector<Certificate>{}));
  }
  return 0;
}
