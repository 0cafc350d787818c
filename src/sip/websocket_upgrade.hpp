#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cadenas::sip {

/// Octets of the largest HTTP request that is read.
inline constexpr std::size_t longest_upgrade_request = 8192;

/// A SIP server's answer to the HTTP request that asks for a WebSocket.
struct UpgradeAnswer {
  bool accepted = false;
  std::string response;  ///< the whole HTTP response: 101 or the refusal
  base::Error error;     ///< of a refusal: "websocket.upgrade", with the header field it is about
};

/// Answers a request by RFC 6455 §4.2 and RFC 7118 §4: GET with any path, version 13, subprotocol "sip"; extensions are
/// not agreed. `request` is all of it up to and with its empty line. Origin is not looked at: what a browser would send
/// along without its user's knowledge proves nothing here, as every REGISTER and INVITE is challenged by Digest.
UpgradeAnswer answer_upgrade(std::string_view request);
/// For one that is longer than longest_upgrade_request.
UpgradeAnswer refuse_long_upgrade();

}  // namespace cadenas::sip
