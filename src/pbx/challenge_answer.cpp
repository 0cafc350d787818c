#include "pbx/challenge_answer.hpp"

#include "sip/auth_header.hpp"
#include "sip/digest.hpp"

namespace cadenas::pbx {

std::optional<ChallengeAnswer> answer_to_challenge(const sip::MessageView& response, std::string_view user,
                                                   std::string_view password, std::string_view uri) {
  const bool proxy = response.status() == 407;
  const auto wanted = proxy ? sip::HeaderId::proxy_authenticate : sip::HeaderId::www_authenticate;
  for (const auto& field : response.headers()) {
    if (field.id != wanted) continue;
    const auto challenge = sip::DigestChallenge::parse(field.value);
    if (!challenge) continue;
    auto value = sip::digest_answer(*challenge, user, password, "INVITE", uri);
    if (!value) continue;
    return ChallengeAnswer{proxy ? "Proxy-Authorization" : "Authorization", std::move(*value), challenge->stale};
  }
  return std::nullopt;
}

}  // namespace cadenas::pbx
