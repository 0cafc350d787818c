#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "require.hpp"
#include "sip/digest.hpp"
#include "sip/nonce.hpp"

using namespace cadenas;
using namespace cadenas::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const base::ManualClock clock{base::WallTime{base::Millis{1'700'000'000'000}}};
  static const NonceBook book(clock, base::SecretBytes(base::Bytes(32, 1)));
  require(book.check(text, 1, "r") == NonceState::unknown);
  if (const auto credentials = DigestCredentials::parse(text)) {
    const auto again = DigestCredentials::parse(credentials->to_string());
    const bool one_line = text.find_first_of("\r\n") == std::string_view::npos;
    require(!one_line || (again.has_value() && again->response == credentials->response &&
                          again->username == credentials->username && again->uri == credentials->uri));
    require(!digest_verify(*credentials, "no hash begins like this", "INVITE"));
  }
  if (const auto challenge = DigestChallenge::parse(text)) {
    const auto answer = digest_answer(*challenge, "user", "password", "INVITE", "sip:a", 1, "c");
    if (!answer) return 0;
    const auto credentials = DigestCredentials::parse(*answer);
    require(credentials.has_value());
    require(digest_verify(*credentials, digest_ha1(challenge->algorithm, "user", credentials->realm, "password"),
                          "INVITE") ||
            text.find_first_of("\r\n") != std::string_view::npos);
  }
  return 0;
}
