#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sip/message.hpp"

namespace cadenas::sip {

/// Why a request that parsed is refused before any method's own logic sees it.
struct RequestProblem {
  int status = 400;
  std::string reason;            ///< the reason phrase, saying what is wrong where "Bad Request" would not
  std::string_view header_name;  ///< a header the response must carry: Unsupported, Allow, Accept; empty if none
  std::string header_value;      ///< its value
};

/// What the user agent behind the check understands.
struct RequestAbilities {
  std::span<const std::string_view> option_tags;  ///< what may stand in Require
  std::span<const Method> methods;                ///< every other known method is 405, an unknown one 501
  std::string_view allow;                         ///< value of Allow in a 405
  std::string_view accept;                        ///< media types of bodies, comma-separated; empty: not checked
};

/// The checks of RFC 3261 §8.2.1–§8.2.3 (RFC 4475 §3 as guide), in order: 501 for an unknown method, 405 for a known
/// one that is not allowed; 416 for a Request-URI that is neither sip, sips nor tel; 400 for a Request-URI with
/// headers, a malformed Contact, Route, Record-Route, Via, Date or Expires; 420 with Unsupported for a Require not
/// understood; 415 with Accept for a body not understood. Nothing if the request may go on. ACK and CANCEL are refused
/// for nothing (§8.2.2.3, §17).
std::optional<RequestProblem> request_problem(const MessageView& request, const RequestAbilities& abilities);

/// The status that answers a request MessageView::parse refused: 505, 413 or 400.
int status_for(const base::Error& parse_error);

}  // namespace cadenas::sip
