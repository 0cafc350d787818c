#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::pbx {

/// The dialog a Replaces means, named as the leg that holds it knows it (RFC 3891 §3): our tag is the to-tag.
struct ReplacedDialog {
  std::string call_id;
  std::string local_tag;
  std::string remote_tag;
  bool early_only = false;
};

/// What a Refer-To asks for (RFC 3515, RFC 5589): a number to call, and for an attended transfer the call to join.
struct TransferTarget {
  std::string number;
  std::optional<ReplacedDialog> replaces;
};

/// The value of Refer-To. Errors "transfer.refer-to" (no SIP URI with a user part, a method other than INVITE),
/// "transfer.replaces".
base::Result<TransferTarget> parse_refer_to(std::string_view value);
/// The value of a Replaces header. Error "transfer.replaces".
base::Result<ReplacedDialog> parse_replaces(std::string_view value);
/// The number a Request-URI or Refer-To URI names; empty if none.
std::string number_of_uri(std::string_view uri);

}  // namespace cadenas::pbx
