// Properties that hold for every input: what is written reads the same, and no octets make a parser fall.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sip/message_writer.hpp"
#include "sip/name_addr.hpp"
#include "sip/quoted_string.hpp"
#include "sip/sdp.hpp"
#include "torture_rfc4475_messages.hpp"

namespace cadenas::sip {
namespace {

std::string text_of(const std::string& alphabet, int least, int most) {
  std::string out;
  const int size = *rc::gen::inRange(least, most);
  for (int i = 0; i < size; ++i)
    out += alphabet[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(alphabet.size())))];
  return out;
}
const std::string token_letters = "abcXYZ019-.!%*_+`'~";

TEST(RoundTrip, MessageWrittenReadsTheSame) {
  EXPECT_TRUE(rc::check("parse after write", [] {
    const auto method = text_of(token_letters, 1, 12);
    const auto call_id = text_of(token_letters + "<>:\\\"/[]?{}()", 1, 20);
    const auto tag = text_of(token_letters, 1, 12);
    const auto name = "X-" + text_of(token_letters, 0, 12);
    const auto value = text_of(" \t;,=\"abc\r\n\x01\xC3", 0, 30);
    const auto body = text_of("ab\r\n\x01", 0, 50);
    const auto cseq = *rc::gen::inRange<std::uint32_t>(0, 0x7FFFFFFF);
    const std::string text = MessageWriter::request(method, "sip:a@example.com")
                                 .add("Via", "SIP/2.0/TLS h.example.com;branch=z9hG4bK" + tag)
                                 .add("From", "<sip:a@example.com>;tag=" + tag)
                                 .add("To", quote(value) + " <sip:b@example.com>")
                                 .add("Call-ID", call_id)
                                 .add("CSeq", std::to_string(cseq) + " " + method)
                                 .add(name, value)
                                 .finish("text/plain", body);
    const auto m = Message::parse(text);
    RC_ASSERT(m.has_value());
    RC_ASSERT((*m)->method_name() == method);
    RC_ASSERT((*m)->call_id() == call_id);
    RC_ASSERT((*m)->from_tag() == tag);
    RC_ASSERT((*m)->branch() == "z9hG4bK" + tag);
    RC_ASSERT((*m)->cseq() == cseq);
    RC_ASSERT((*m)->body() == body);
    RC_ASSERT((*m)->headers().size() == 8U);
    RC_ASSERT((*m)->headers()[5].name == name);
  }));
}

TEST(RoundTrip, QuotedTextComesBack) {
  EXPECT_TRUE(rc::check("unquoted after quoted", [](const std::string& text) {
    std::string one_line = text;
    for (char& c : one_line)
      if (c == '\r' || c == '\n') c = ' ';
    RC_ASSERT(unquote(quote(text)) == one_line);
  }));
}

TEST(RoundTrip, SdpWrittenReadsTheSame) {
  EXPECT_TRUE(rc::check("parse after write", [] {
    Sdp sdp = Sdp::create("192.0.2.1", 1, *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    const int sections = *rc::gen::inRange(0, 4);
    for (int i = 0; i < sections; ++i) {
      SdpMedia& m = sdp.media.emplace_back();
      m.media = "audio";
      m.port = *rc::gen::inRange<std::uint16_t>(0, 65535);
      m.proto = "RTP/SAVP";
      m.formats = {"0", std::to_string(*rc::gen::inRange(96, 127))};
      m.add_attribute("x-" + text_of("abc", 1, 5), text_of("ab:; =/", 0, 20));
      CryptoAttribute crypto;
      crypto.tag = *rc::gen::inRange<std::uint32_t>(0, 999'999'999);
      crypto.suite_name = text_of("AES_CM128", 1, 20);
      KeyParam key;
      key.key_salt = base::SecretBytes::random(static_cast<std::size_t>(*rc::gen::inRange(1, 60)));
      if (*rc::gen::inRange(0, 2) == 1) key.lifetime = *rc::gen::inRange<std::uint64_t>(1, 1ULL << 48);
      if (*rc::gen::inRange(0, 2) == 1) {
        key.mki = *rc::gen::inRange<std::uint64_t>(0, 255);
        key.mki_octets = static_cast<std::uint8_t>(*rc::gen::inRange(1, 128));
      }
      crypto.keys.push_back(std::move(key));
      m.add_crypto(crypto);
      RC_ASSERT(CryptoAttribute::parse(crypto.to_string())->to_string() == crypto.to_string());
    }
    const std::string text = sdp.to_string();
    const auto again = Sdp::parse(text);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->to_string() == text);
  }));
}

TEST(RoundTrip, MutatedMessagesAreReadOrRefusedButNeverHarm) {
  const std::string* const seeds[] = {&torture::wsinv,   &torture::intmeth, &torture::esc01,   &torture::dblreq,
                                      &torture::mpart01, &torture::multi01, &torture::quotbal, &torture::unreason};
  EXPECT_TRUE(rc::check("parse of mutated octets", [&seeds] {
    std::string octets = *seeds[*rc::gen::inRange(0, 8)];
    const int changes = *rc::gen::inRange(1, 10);
    for (int i = 0; i < changes && !octets.empty(); ++i) {
      const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(octets.size())));
      switch (*rc::gen::inRange(0, 3)) {
        case 0:
          octets[at] = *rc::gen::elementOf(std::string("\r\n\"<>;,:@%\\[]0\x80 "));
          break;
        case 1:
          octets.erase(at, 1);
          break;
        default:
          octets.resize(at);
          break;
      }
    }
    const auto m = Message::parse(octets);
    if (!m) {
      RC_ASSERT(!m.error().code.empty());
    } else {
      (void)Contacts::of(m->view());
      RC_ASSERT(!(*m)->call_id().empty());
      RC_ASSERT((*m)->body().size() <= octets.size());
    }
  }));
}

}  // namespace
}  // namespace cadenas::sip
