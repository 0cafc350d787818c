// RFC 4475 section 3.1.1: valid messages that stretch the grammar must parse, with the right values.
#include <gtest/gtest.h>

#include "parsed_message.hpp"
#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/request_check.hpp"
#include "sip/sdp.hpp"
#include "sip/uri.hpp"
#include "sip/via.hpp"
#include "torture_rfc4475_messages.hpp"

namespace cadenas::sip {
namespace {

using torture::parsed;

using namespace std::string_view_literals;

NameAddr address(const Message& m, HeaderId id) {
  const auto a = NameAddr::parse(m->value(id));
  EXPECT_TRUE(a) << m->value(id);
  return a.value_or(NameAddr{});
}

TEST(TortureValid, WsinvShortTortuousInvite) {
  const Message m = parsed(torture::wsinv);
  EXPECT_EQ(m->method(), Method::invite);
  EXPECT_EQ(m->request_uri(), "sip:vivekg@chair-dnrc.example.com;unknownparam");
  EXPECT_EQ(m->to_tag(), "1918181833n");
  EXPECT_EQ(m->from_tag(), "98asjd8");
  EXPECT_EQ(address(m, HeaderId::from).display_text(), "J Rosenberg \\\"");
  EXPECT_EQ(m->max_forwards(), 68U);
  EXPECT_EQ(m->cseq(), 9U);
  EXPECT_EQ(m->call_id(), "wsinv.ndaksdj@192.0.2.1");
  EXPECT_EQ(m->value(HeaderId::subject), "");
  EXPECT_NE(m->find(HeaderId::subject), nullptr);
  EXPECT_EQ(m->find("UnknownHeaderWithUnusualValue")->value, ";;,,;;,;");
  EXPECT_EQ(m->find("newfangledheader")->value, "newfangled value   continued newfangled value");
  const auto all = vias(m.view());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].branch(), "390skdjuw");
  EXPECT_EQ((*all)[0].transport, "UDP");
  EXPECT_EQ((*all)[1].transport, "TCP");
  EXPECT_EQ((*all)[1].host, "spindle.example.com");
  EXPECT_EQ((*all)[1].branch(), "z9hG4bK9ikj8");
  EXPECT_EQ((*all)[2].host, "192.168.255.111");
  EXPECT_EQ((*all)[2].branch(), "z9hG4bK30239");
  const auto contacts = Contacts::of(m.view());
  ASSERT_TRUE(contacts);
  ASSERT_EQ(contacts->entries.size(), 1U);
  EXPECT_EQ(contacts->entries[0].display_text(), "Quoted string \"\"");
  EXPECT_EQ(contacts->entries[0].param("newparam"), "newvalue");
  EXPECT_EQ(contacts->entries[0].param("secondparam"), "");
  EXPECT_EQ(contacts->entries[0].q(), 330U);
  const auto routes = name_addrs(m.view(), HeaderId::route);
  ASSERT_TRUE(routes);
  EXPECT_TRUE(routes->front().uri.has_param("lr"));
  EXPECT_EQ(routes->front().uri.param("unknownwith"), "value");
  EXPECT_EQ(m->body().size(), 150U);
  EXPECT_TRUE(Sdp::parse(m->body()));
}

TEST(TortureValid, IntmethWideRangeOfValidCharacters) {
  const Message m = parsed(torture::intmeth);
  EXPECT_EQ(m->method(), Method::unknown);
  EXPECT_EQ(m->method_name(), "!interesting-Method0123456789_*+`.%indeed'~");
  const auto uri = Uri::parse(m->request_uri());
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(uri->password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  EXPECT_EQ(uri->host, "example.com");
  EXPECT_EQ(address(m, HeaderId::to).display_text(), "BEL:\x07 NUL:\0 DEL:\x7F"sv);
  EXPECT_EQ(address(m, HeaderId::from).display_name, "token1~` token2'+_ token3*%!.-");
  EXPECT_EQ(m->from_tag(), "_token~1'+`*%!-.");
  EXPECT_EQ(m->call_id(), "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
  EXPECT_EQ(m->max_forwards(), 255U);
  EXPECT_EQ(m->find("extensionHeader-!.%*+_`'~")->value, "\xEF\xBB\xBF\xE5\xA4\xA7\xE5\x81\x9C\xE9\x9B\xBB");
}

TEST(TortureValid, Esc01PercentEscapes) {
  const Message m = parsed(torture::esc01);
  const auto uri = Uri::parse(m->request_uri());
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, UriScheme::sip);
  EXPECT_EQ(uri->unescaped_user(), "sips:user@example.com");
  EXPECT_EQ(uri->host, "example.net");
  EXPECT_EQ(address(m, HeaderId::to).uri.unescaped_user(), "user");
  EXPECT_EQ(address(m, HeaderId::from).uri.unescaped_user(), "I have spaces");
  const auto contacts = Contacts::of(m.view());
  ASSERT_TRUE(contacts);
  EXPECT_EQ(contacts->entries[0].uri.unescaped_user(), "caller");
  EXPECT_TRUE(contacts->entries[0].uri.has_param("lr"));
  EXPECT_EQ(unescape(contacts->entries[0].uri.param("name").value_or("")), "value%41");
}

TEST(TortureValid, EscnullEscapedNullsInUris) {
  const Message m = parsed(torture::escnull);
  EXPECT_EQ(address(m, HeaderId::to).uri.unescaped_user(), "null-\0-null"sv);
  const auto contacts = Contacts::of(m.view());
  ASSERT_TRUE(contacts);
  ASSERT_EQ(contacts->entries.size(), 2U);
  EXPECT_EQ(contacts->entries[0].uri.unescaped_user(), "\0"sv);
  EXPECT_EQ(contacts->entries[1].uri.unescaped_user(), "\0\0"sv);
  EXPECT_FALSE(equivalent(contacts->entries[0].uri, contacts->entries[1].uri));
}

TEST(TortureValid, Esc02PercentThatIsNoEscape) {
  const Message m = parsed(torture::esc02);
  EXPECT_EQ(m->method(), Method::unknown) << "RE%47IST%45R is not REGISTER";
  EXPECT_EQ(m->method_name(), "RE%47IST%45R");
  EXPECT_EQ(address(m, HeaderId::to).display_text(), "%Z%45");
  const auto contacts = Contacts::of(m.view());
  ASSERT_TRUE(contacts);
  EXPECT_EQ(contacts->entries.size(), 2U) << "C%6Fntact is not Contact";
  EXPECT_EQ(m->find("C%6Fntact")->id, HeaderId::other);
  EXPECT_EQ(request_problem(m.view(), {})->status, 501);
}

TEST(TortureValid, LwsdispNoSpaceBeforeBracket) {
  const Message m = parsed(torture::lwsdisp);
  EXPECT_EQ(address(m, HeaderId::from).display_name, "caller");
  EXPECT_EQ(address(m, HeaderId::from).uri.user, "caller");
}

TEST(TortureValid, LongreqLongValues) {
  const Message m = parsed(torture::longreq);
  EXPECT_EQ(m->from_tag().size(), 155U);
  EXPECT_EQ(address(m, HeaderId::to).uri.port, 6000);
  const auto all = vias(m.view());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 34U);
  EXPECT_EQ(m->branch(), "") << "the top Via has no branch: RFC 2543 matching";
  EXPECT_EQ(m->sent_by(), "sip33.example.com");
}

TEST(TortureValid, DblreqExtraTrailingOctetsAreIgnored) {
  const Message m = parsed(torture::dblreq);
  EXPECT_EQ(m->method(), Method::register_);
  EXPECT_EQ(m->body(), "");
}

TEST(TortureValid, SemiuriSemicolonSeparatedParametersInUserPart) {
  const Message m = parsed(torture::semiuri);
  const auto uri = Uri::parse(m->request_uri());
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "user;par=u%40example.net");
  EXPECT_EQ(uri->unescaped_user(), "user;par=u@example.net");
  EXPECT_EQ(uri->params, "");
  EXPECT_TRUE(m->lists(HeaderId::accept, "message/sipfrag"));
}

TEST(TortureValid, TransportsVariedTransportTypes) {
  const Message m = parsed(torture::transports);
  const auto all = vias(m.view());
  ASSERT_TRUE(all);
  std::vector<std::string_view> transports;
  for (const Via& via : *all) transports.push_back(via.transport);
  EXPECT_EQ(transports, (std::vector<std::string_view>{"UDP", "SCTP", "TLS", "UNKNOWN", "TCP"}));
}

TEST(TortureValid, Mpart01MultipartMimeWithBinaryPart) {
  const Message m = parsed(torture::mpart01);
  EXPECT_EQ(m->method(), Method::message);
  EXPECT_EQ(m->body().size(), 553U);
  const auto type = MediaType::parse(m->value(HeaderId::content_type));
  ASSERT_TRUE(type);
  EXPECT_TRUE(type->is("multipart", "mixed"));
  EXPECT_EQ(type->params.find("boundary"), "7a9cbec02ceef655");
}

TEST(TortureValid, UnreasonUnusualReasonPhrase) {
  const Message m = parsed(torture::unreason);
  EXPECT_FALSE(m->is_request());
  EXPECT_EQ(m->status(), 200);
  EXPECT_EQ(m->reason().substr(0, 15), "= 2**3 * 5**2 \xD0");
  EXPECT_EQ(m->method(), Method::invite);
}

TEST(TortureValid, NoreasonEmptyReasonPhrase) {
  const Message m = parsed(torture::noreason);
  EXPECT_EQ(m->status(), 100);
  EXPECT_EQ(m->reason(), "");
}

}  // namespace
}  // namespace cadenas::sip
