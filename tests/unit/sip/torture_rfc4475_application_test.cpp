// RFC 4475 sections 3.2, 3.3 and 3.4: well-formed messages that need care in the layers above.
#include <gtest/gtest.h>

#include "parsed_message.hpp"
#include "sip/auth_header.hpp"
#include "sip/header_values.hpp"
#include "sip/name_addr.hpp"
#include "sip/request_check.hpp"
#include "sip/via.hpp"
#include "torture_rfc4475_messages.hpp"

namespace cadenas::sip {
namespace {

using torture::parsed;

constexpr Method methods[] = {Method::invite, Method::options, Method::register_};
constexpr RequestAbilities abilities{{}, methods, "INVITE, OPTIONS, REGISTER", "application/sdp"};

TEST(TortureTransaction, BadbranchCookieWithoutAnythingIsNoTransactionId) {
  const Message m = parsed(torture::badbranch);
  EXPECT_EQ(m->branch(), "z9hG4bK");
  EXPECT_FALSE(vias(m.view())->front().has_rfc3261_branch());
}

TEST(TortureApplication, InsufMissingRequiredHeadersAre400) {
  std::string octets = torture::insuf;
  std::optional<MessageView> partial;
  const auto view = MessageView::parse(octets, {}, &partial);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, "sip.missing");
  EXPECT_EQ(status_for(view.error()), 400);
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->branch(), "z9hG4bKkdj.insuf");
}

TEST(TortureApplication, UnkscmAndNovelscUnknownSchemeInRequestUriIs416) {
  EXPECT_EQ(request_problem(parsed(torture::unkscm).view(), abilities)->status, 416);
  EXPECT_EQ(request_problem(parsed(torture::novelsc).view(), abilities)->status, 416);
}

TEST(TortureApplication, Unksm2UnknownSchemesInToFromAndContactParse) {
  const Message m = parsed(torture::unksm2);
  EXPECT_EQ(request_problem(m.view(), abilities), std::nullopt);
  EXPECT_EQ(NameAddr::parse(m->value(HeaderId::to))->uri.opaque, "2983792873");
  EXPECT_EQ(NameAddr::parse(m->value(HeaderId::from))->uri.opaque, "//www.example.com");
  EXPECT_EQ(Contacts::of(m.view())->entries.front().uri.scheme_name, "name");
}

TEST(TortureApplication, Bext01UnknownRequireIs420NamingThem) {
  const auto problem = request_problem(parsed(torture::bext01).view(), abilities);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 420);
  EXPECT_EQ(problem->header_name, "Unsupported");
  EXPECT_EQ(problem->header_value, "nothingSupportsThis, nothingSupportsThisEither");
}

TEST(TortureApplication, InvutUnknownContentTypeIs415NamingWhatIsAccepted) {
  const auto problem = request_problem(parsed(torture::invut).view(), abilities);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->status, 415);
  EXPECT_EQ(problem->header_name, "Accept");
  EXPECT_EQ(problem->header_value, "application/sdp");
}

TEST(TortureApplication, Regaut01UnknownAuthorizationSchemeCountsAsNone) {
  const Message m = parsed(torture::regaut01);
  EXPECT_EQ(request_problem(m.view(), abilities), std::nullopt);
  EXPECT_EQ(DigestCredentials::parse(m->value(HeaderId::authorization)).error().code, "digest.scheme");
}

TEST(TortureApplication, Multi01RepeatedSingleHeadersAre400) {
  const auto m = Message::parse(torture::multi01);
  ASSERT_FALSE(m);
  EXPECT_EQ(m.error().code, "sip.repeated");
  EXPECT_EQ(m.error().field, "CSeq");
  EXPECT_EQ(status_for(m.error()), 400);
}

TEST(TortureApplication, Mcl01RepeatedContentLengthIs400) {
  const auto m = Message::parse(torture::mcl01);
  ASSERT_FALSE(m);
  EXPECT_EQ(m.error().code, "sip.repeated");
  EXPECT_EQ(m.error().field, "Content-Length");
}

TEST(TortureApplication, BcastResponseShowsTheBroadcastViaBelowTheTop) {
  const Message m = parsed(torture::bcast);
  EXPECT_EQ(m->sent_by(), "192.0.2.198") << "what the transport compares with its own address";
  EXPECT_EQ(vias(m.view())->at(1).host, "255.255.255.255");
}

TEST(TortureApplication, ZeromfMaxForwardsZeroIsWellFormed) {
  const Message m = parsed(torture::zeromf);
  EXPECT_EQ(m->max_forwards(), 0U);
  EXPECT_EQ(request_problem(m.view(), abilities), std::nullopt);
}

TEST(TortureApplication, Cparam01And02DifferInWhomTheParameterBelongsTo) {
  const Message outside = parsed(torture::cparam01);
  const Message inside = parsed(torture::cparam02);
  const auto of_header = Contacts::of(outside.view());
  const auto of_uri = Contacts::of(inside.view());
  EXPECT_EQ(of_header->entries.front().param("unknownparam"), "");
  EXPECT_EQ(of_header->entries.front().uri.text, "sip:+19725552222@gw1.example.net");
  EXPECT_EQ(of_uri->entries.front().param("unknownparam"), std::nullopt);
  EXPECT_EQ(of_uri->entries.front().uri.param("unknownparam"), "");
}

TEST(TortureApplication, RegescrtEscapedHeaderStaysPartOfTheContactUri) {
  const Message m = parsed(torture::regescrt);
  EXPECT_EQ(request_problem(m.view(), abilities), std::nullopt);
  const auto contacts = Contacts::of(m.view());
  EXPECT_EQ(unescape(contacts->entries.front().uri.header("route").value_or("")), "<sip:sip.example.com>");
}

TEST(TortureApplication, Sdp01AcceptWithoutSdpIsSeen) {
  const Message m = parsed(torture::sdp01);
  EXPECT_FALSE(accepts(m.view(), "application", "sdp")) << "406 is due (RFC 4475 section 3.3.15)";
  EXPECT_TRUE(accepts(parsed(torture::wsinv).view(), "application", "sdp"));
}

TEST(TortureBackward, Inv2543RequestOfAnOldAgentParses) {
  const Message m = parsed(torture::inv2543);
  EXPECT_EQ(request_problem(m.view(), abilities), std::nullopt);
  EXPECT_EQ(m->branch(), "");
  EXPECT_EQ(m->from_tag(), "");
  EXPECT_EQ(m->max_forwards(), std::nullopt);
  EXPECT_EQ(m->body().substr(0, 3), "v=0") << "without Content-Length the datagram ends the body";
}

}  // namespace
}  // namespace cadenas::sip
