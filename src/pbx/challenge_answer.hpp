#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sip/message.hpp"

namespace cadenas::pbx {

/// What is added to an INVITE sent again after a Digest challenge (RFC 3261 §22.2, §22.3).
struct ChallengeAnswer {
  std::string_view header;  ///< "Authorization" or "Proxy-Authorization"
  std::string value;
  bool stale = false;  ///< the challenge took the credentials, but not the nonce
};

/// Answers the first challenge of a 401 or 407 to an INVITE that we can (RFC 8760 §2.4: the sender's order is its
/// preference); nothing where there is none.
std::optional<ChallengeAnswer> answer_to_challenge(const sip::MessageView& response, std::string_view user,
                                                   std::string_view password, std::string_view uri);

}  // namespace cadenas::pbx
