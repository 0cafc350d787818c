#include "sip/message.hpp"

#include <gtest/gtest.h>

#include "sip/header_names.hpp"
#include "sip/message_writer.hpp"

namespace cadenas::sip {
namespace {

std::string options(const std::string& more = {}, const std::string& body = {}) {
  return "OPTIONS sip:pbx.example.com SIP/2.0\r\nVia: SIP/2.0/TLS h.example.com:5061;branch=z9hG4bKa\r\n"
         "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: c1@h\r\nCSeq: 7 OPTIONS\r\n" +
         more + "\r\n" + body;
}

std::string code_of(const std::string& octets, const ParseLimits& limits = {}) {
  const auto m = Message::parse(octets, limits);
  return m ? "" : m.error().code;
}

TEST(Message, ReadsCompactNames) {
  for (const auto& [name, id] :
       std::initializer_list<std::pair<const char*, HeaderId>>{{"v", HeaderId::via},
                                                               {"f", HeaderId::from},
                                                               {"T", HeaderId::to},
                                                               {"i", HeaderId::call_id},
                                                               {"m", HeaderId::contact},
                                                               {"l", HeaderId::content_length},
                                                               {"c", HeaderId::content_type},
                                                               {"k", HeaderId::supported},
                                                               {"x", HeaderId::session_expires},
                                                               {"r", HeaderId::refer_to},
                                                               {"b", HeaderId::referred_by},
                                                               {"o", HeaderId::event},
                                                               {"u", HeaderId::allow_events},
                                                               {"s", HeaderId::subject},
                                                               {"e", HeaderId::content_encoding},
                                                               {"z", HeaderId::other},
                                                               {"", HeaderId::other}})
    EXPECT_EQ(header_id(name), id) << name;
}

TEST(Message, EveryKnownNameIsFoundInAnyCase) {
  for (unsigned i = 1; i <= static_cast<unsigned>(HeaderId::www_authenticate); ++i) {
    const auto id = static_cast<HeaderId>(i);
    std::string name(header_name(id));
    ASSERT_FALSE(name.empty()) << i;
    EXPECT_EQ(header_id(name), id) << name;
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(header_id(name), id) << name;
    EXPECT_EQ(header_id(name + "x"), HeaderId::other);
  }
}

TEST(Message, KeepsUnknownHeadersInOrder) {
  const auto m = Message::parse(options("X-One: 1\r\nX-Two: 2\r\nx-one: 3\r\n"));
  ASSERT_TRUE(m);
  std::string seen;
  for (const HeaderField& field : (*m)->headers())
    if (field.id == HeaderId::other) seen.append(field.name).append("=").append(field.value).append(" ");
  EXPECT_EQ(seen, "X-One=1 X-Two=2 x-one=3 ");
}

TEST(Message, IgnoresLeadingNewlinesAndWhatFollowsTheContentLength) {
  const auto m = Message::parse("\r\n\r\n" + options("Content-Length: 2\r\n", "abcdef"));
  ASSERT_TRUE(m) << m.error().message;
  EXPECT_EQ((*m)->body(), "ab");
}

TEST(Message, CopyOutlivesTheOctetsItWasMadeFrom) {
  std::optional<Message> kept;
  {
    std::string octets = options("Supported: replaces , 100rel\r\nContent-Length: 2\r\n", "ab");
    const auto view = MessageView::parse(octets);
    ASSERT_TRUE(view);
    kept.emplace(*view);
    octets.assign(octets.size(), '#');
  }
  const Message moved = std::move(*kept);
  kept.reset();
  EXPECT_EQ(moved->call_id(), "c1@h");
  EXPECT_EQ(moved->from_tag(), "1");
  EXPECT_EQ(moved->sent_by(), "h.example.com:5061");
  EXPECT_EQ(moved->via_transport(), "TLS");
  EXPECT_EQ(moved->body(), "ab");
  EXPECT_TRUE(moved->lists(HeaderId::supported, "100REL"));
  EXPECT_FALSE(moved->lists(HeaderId::supported, "100"));
}

TEST(Message, RefusesBareCarriageReturnOrLineFeedInHeaders) {
  EXPECT_EQ(code_of(options("Subject: a\rb\r\n")), "sip.header");
  EXPECT_EQ(code_of(options("Subject: a\nInjected: b\r\n")), "sip.header");
  std::string unix_lines = options();
  std::erase(unix_lines, '\r');
  EXPECT_EQ(code_of(unix_lines), "sip.incomplete");
}

TEST(Message, RefusesHeaderLinesWithoutNameOrColon) {
  EXPECT_EQ(code_of(options("No colon here\r\n")), "sip.header");
  EXPECT_EQ(code_of(options(": no name\r\n")), "sip.header");
  EXPECT_EQ(code_of(options("Bad[name]: x\r\n")), "sip.header");
}

TEST(Message, HoldsToItsLimits) {
  ParseLimits limits;
  limits.message_octets = 400;
  limits.body_octets = 4;
  limits.header_fields = 7;
  EXPECT_EQ(code_of(options(), limits), "");
  EXPECT_EQ(code_of(options("Subject: " + std::string(400, 'x') + "\r\n"), limits), "sip.too-large");
  EXPECT_EQ(code_of(options("A: 1\r\nB: 2\r\n"), limits), "");
  EXPECT_EQ(code_of(options("A: 1\r\nB: 2\r\nC: 3\r\n"), limits), "sip.too-large");
  EXPECT_EQ(code_of(options("l: 5\r\n", "12345"), limits), "sip.too-large");
}

TEST(Message, RefusesEachMissingRequiredHeader) {
  for (const std::string name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
    std::string octets = options();
    const auto at = octets.find("\r\n" + name + ": ");
    octets.erase(at + 2, octets.find("\r\n", at + 2) - at);
    const auto m = Message::parse(octets);
    ASSERT_FALSE(m) << name;
    EXPECT_EQ(m.error().code, "sip.missing");
    EXPECT_EQ(m.error().field, name);
  }
}

TEST(Message, RefusesStatusOutsideTheRange) {
  std::string ok = MessageWriter::response(**Message::parse(options()), 200).finish();
  EXPECT_EQ(code_of(ok), "");
  for (const char* status : {"099", "700", "20", "2000", "abc", "-20"}) {
    std::string bad = ok;
    bad.replace(8, 3, status);
    EXPECT_EQ(code_of(bad), "sip.start-line") << status;
  }
}

TEST(Message, AnAckIsNeverAnswered) {
  std::string octets = "ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n\r\n";
  std::optional<MessageView> partial;
  ASSERT_FALSE(MessageView::parse(octets, {}, &partial));
  EXPECT_FALSE(partial);
}

TEST(Message, ManyMoreHeadersThanFitInPlaceAreKept) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X-" + std::to_string(i) + ": " + std::to_string(i) + "\r\n";
  const auto m = Message::parse(options(many));
  ASSERT_TRUE(m);
  EXPECT_EQ((*m)->find("x-99")->value, "99");
  const Message copy((*m).view());
  EXPECT_EQ(copy->find("x-99")->value, "99");
}

}  // namespace
}  // namespace cadenas::sip
