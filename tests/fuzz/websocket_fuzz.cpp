#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "../unit/sip/websocket_peer.hpp"
#include "require.hpp"
#include "sip/websocket_codec.hpp"

using namespace cadenas::sip;
using cadenas::sip::testing::WebSocketPeer;

namespace {

constexpr std::size_t largest_message = 2000;

std::string delivered(std::string_view message) {
  return "[" + std::string(message) + "]";
}

struct Report {
  std::string events;    // everything, with what is answered
  std::string messages;  // SIP only
};

// What a codec makes of a stream that is read `step` octets at a time.
Report report(std::string_view stream, std::size_t step) {
  WebSocketCodec codec({.message_octets = largest_message, .body_octets = 500});
  Report out;
  while (!stream.empty()) {
    const std::size_t size = std::min(step, stream.size());
    std::memcpy(codec.prepare(size).data(), stream.data(), size);
    codec.commit(size);
    stream.remove_prefix(size);
    while (const auto event = codec.next()) {
      out.events += std::to_string(static_cast<int>(event->kind)) + event->error.code + event->reply;
      if (event->kind != StreamCodec::Kind::message) continue;
      require(!event->octets.empty() && event->octets.size() <= largest_message);
      out.messages += delivered({event->octets.data(), event->octets.size()});
    }
    codec.release_if_idle();
    require(codec.held() <= 40'000 + 2 * step || out.events.find("websocket.") != std::string::npos);
  }
  out.events += out.messages;
  return out;
}

// The messages that wslay reads from the same frames.
std::string messages_by_wslay(std::string_view frames) {
  WebSocketPeer server(WebSocketPeer::Side::server, largest_message);
  server.hear(frames);
  std::string out;
  for (const auto& received : server.received) {
    if (received.opcode != WSLAY_TEXT_FRAME && received.opcode != WSLAY_BINARY_FRAME) continue;
    std::string_view message = received.text;
    while (message.starts_with("\r\n")) message.remove_prefix(2);
    if (!message.empty()) out += delivered(message);
  }
  return out;
}

}  // namespace

// An HTTP request of the fuzzer's own where it begins like one; else frames behind a good one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view given(reinterpret_cast<const char*>(data), size);
  const bool is_request = given.starts_with("GET");
  const std::string stream = is_request ? std::string(given) : testing::upgrade_request + std::string(given);
  const auto in_octets = report(stream, 1);
  require(in_octets.events == report(stream, 7).events);
  require(in_octets.events == report(stream, stream.size()).events);
  if (!is_request) require(in_octets.messages == messages_by_wslay(given));
  return 0;
}
