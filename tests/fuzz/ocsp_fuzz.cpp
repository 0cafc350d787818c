#include <cstdint>

#include "pki/ocsp.hpp"
#include "pki/self_signed.hpp"
#include "require.hpp"

using namespace cadenas;
using namespace cadenas::pki;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::WallTime now{std::chrono::seconds{1'793'000'000}};
  static const Certificate stranger = make_self_signed({"192.0.2.1", {}, {}}, now, {KeyAlgorithm::ecdsa_p256})->leaf();
  const auto answer = read_ocsp_answer({data, size}, stranger, stranger, now);
  // The key of this run has signed nothing.
  require(!answer);
  require(answer.error().code.starts_with("ocsp."));
  return 0;
}
