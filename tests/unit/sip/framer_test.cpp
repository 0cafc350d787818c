#include "sip/framer.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cadenas::sip {
namespace {

const std::string first = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";
const std::string second = "BYE sip:b SIP/2.0\r\nX: y\r\nl:\r\n 0\r\n\r\n";

void feed(Framer& framer, std::string_view octets) {
  const auto room = framer.prepare(octets.size());
  std::memcpy(room.data(), octets.data(), octets.size());
  framer.commit(octets.size());
}

std::string events(Framer& framer) {
  std::string out;
  while (auto event = framer.next()) {
    if (event->kind == Framer::Kind::message)
      out += "[" + std::string(event->octets.begin(), event->octets.end()) + "]";
    if (event->kind == Framer::Kind::ping) out += "<ping>";
    if (event->kind == Framer::Kind::pong) out += "<pong>";
    if (event->kind == Framer::Kind::error) out += "<" + std::to_string(event->status) + " " + event->error.code + ">";
  }
  return out;
}

TEST(Framer, CutsSeveralMessagesAndPingsOutOfOneRead) {
  Framer framer;
  feed(framer, first + "\r\n\r\n" + second + "\r\n" + first);
  EXPECT_EQ(events(framer), "[" + first + "]<ping>[" + second + "][" + first + "]");
  framer.release_if_idle();
  EXPECT_EQ(framer.held(), 0U);
}

TEST(Framer, PingInTwoPiecesIsOnePing) {
  Framer framer;
  std::string seen;
  for (const char c : std::string("\r\n\r\n")) {
    feed(framer, {&c, 1});
    seen += events(framer);
  }
  EXPECT_EQ(seen, "<ping>");
}

TEST(Framer, SingleNewlineIsAPongOnAConnectionWeOpened) {
  Framer framer({}, Framer::Side::opened);
  feed(framer, "\r\n" + first + "\r\n");
  EXPECT_EQ(events(framer), "<pong>[" + first + "]<pong>");
}

TEST(Framer, RefusesMessageWithoutUsableLength) {
  for (const std::string length : {"", "Content-Length: x\r\n", "l: -1\r\n", "l: 1\r\nContent-Length: 1\r\n"}) {
    Framer framer;
    feed(framer, "OPTIONS sip:a SIP/2.0\r\n" + length + "\r\n" + first);
    EXPECT_EQ(events(framer), "<400 sip.frame.length>") << length;
    feed(framer, first);
    EXPECT_EQ(events(framer), "") << "nothing can be trusted behind it";
  }
}

TEST(Framer, RefusesWhatIsTooLargeBeforeHoldingIt) {
  ParseLimits limits;
  limits.message_octets = 200;
  limits.body_octets = 50;
  Framer body(limits);
  feed(body, "OPTIONS sip:a SIP/2.0\r\nContent-Length: 51\r\n\r\n");
  EXPECT_EQ(events(body), "<413 sip.frame.body>");
  Framer headers(limits);
  feed(headers, std::string(201, 'x'));
  EXPECT_EQ(events(headers), "<413 sip.frame.headers>");
}

TEST(Framer, HowTheStreamIsCutIntoReadsMakesNoDifference) {
  EXPECT_TRUE(rc::check("any split gives the same events", [] {
    const std::string stream = first + "\r\n\r\n" + second + first + "\r\n\r\n\r\n\r\n" + second;
    Framer framer;
    std::string seen;
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = std::min<std::size_t>(*rc::gen::inRange<std::size_t>(1, 40), stream.size() - at);
      feed(framer, std::string_view(stream).substr(at, size));
      seen += events(framer);
      at += size;
    }
    RC_ASSERT(seen == "[" + first + "]<ping>[" + second + "][" + first + "]<ping><ping>[" + second + "]");
  }));
}

}  // namespace
}  // namespace cadenas::sip
