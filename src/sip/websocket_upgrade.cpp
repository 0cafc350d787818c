#include "sip/websocket_upgrade.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace cadenas::sip {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;
using http::field;

constexpr std::string_view subprotocol = "sip";
constexpr std::size_t key_characters = 24;  // Base64 of the nonce's 16 octets

UpgradeAnswer refuse_upgrade(std::string_view status, std::string error_field, std::string message,
                             std::string_view headers = {}) {
  UpgradeAnswer out;
  out.response =
      "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) +
      "Connection: close\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(message.size() + 2) +
      "\r\n\r\n" + message + "\r\n";
  out.error = {"websocket.upgrade", std::move(message), std::move(error_field)};
  return out;
}

UpgradeAnswer refuse_plain_http(std::string error_field) {
  return refuse_upgrade("426 Upgrade Required", std::move(error_field),
                        "This port speaks SIP over WebSockets (RFC 7118) only.",
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
}

// A list may stand in one field or in several (RFC 9110 §5.3).
bool lists(const Request& request, field name, std::string_view wanted, bool any_case) {
  const auto fields = request.equal_range(name);
  return std::any_of(fields.first, fields.second, [&](const auto& one) {
    const http::token_list tokens(one.value());
    return std::any_of(tokens.begin(), tokens.end(), [&](boost::beast::string_view token) {
      const boost::beast::string_view as_wanted(wanted.data(), wanted.size());
      return any_case ? boost::beast::iequals(token, as_wanted) : token == as_wanted;
    });
  });
}

bool is_key(std::string_view key) {
  const auto nonce = base::from_base64(key);
  return key.size() == key_characters && nonce && nonce->size() == 16;
}

// RFC 6455 §4.2.2, step 5, 4.
std::string accept_value(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned octets = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &octets, EVP_sha1(), nullptr);
  return base::to_base64({digest.data(), octets});
}

}  // namespace

UpgradeAnswer answer_upgrade(std::string_view request) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(longest_upgrade_request);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(request), error);
  if (error || !parser.is_header_done()) {
    return refuse_upgrade("400 Bad Request", {}, "Expected the HTTP request that opens a WebSocket.");
  }
  const Request& asked = parser.get();
  if (asked.method() != http::verb::get) {
    return refuse_upgrade("405 Method Not Allowed", {}, "A WebSocket is asked for with GET.", "Allow: GET\r\n");
  }
  if (asked.version() < 11 || asked.count(field::host) != 1) {
    return refuse_upgrade("400 Bad Request", "Host", "Expected HTTP/1.1 with one Host.");
  }
  if (asked.count(field::transfer_encoding) != 0 || !parser.is_done()) {
    return refuse_upgrade("400 Bad Request", "Content-Length", "The request for a WebSocket has no body.");
  }
  if (!lists(asked, field::upgrade, "websocket", true)) return refuse_plain_http("Upgrade");
  if (!lists(asked, field::connection, "upgrade", true)) return refuse_plain_http("Connection");
  if (asked.count(field::sec_websocket_version) != 1 || asked[field::sec_websocket_version] != "13") {
    return refuse_plain_http("Sec-WebSocket-Version");
  }
  const std::string key(asked[field::sec_websocket_key]);
  if (asked.count(field::sec_websocket_key) != 1 || !is_key(key)) {
    return refuse_upgrade("400 Bad Request", "Sec-WebSocket-Key", "Sec-WebSocket-Key must be 16 octets in Base64.");
  }
  if (!lists(asked, field::sec_websocket_protocol, subprotocol, false)) {
    return refuse_upgrade("400 Bad Request", "Sec-WebSocket-Protocol",
                          "Sec-WebSocket-Protocol must list sip (RFC 7118).");
  }
  UpgradeAnswer out;
  out.accepted = true;
  out.response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  out.response += "Sec-WebSocket-Accept: " + accept_value(key) + "\r\n";
  out.response += "Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n\r\n";
  return out;
}

UpgradeAnswer refuse_long_upgrade() {
  return refuse_upgrade("431 Request Header Fields Too Large", {}, "The request for a WebSocket is too long.");
}

}  // namespace cadenas::sip
