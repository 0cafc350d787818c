#include "sip/dialog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Message parsed(std::string text) {
  auto message = Message::parse(text);
  EXPECT_TRUE(message) << (message ? "" : message.error().message) << "\n" << text;
  return std::move(*message);
}

std::string invite(std::string_view more = "Contact: <sip:alice@pc33.example>\r\n",
                   std::string_view uri = "sip:bob@b") {
  return "INVITE " + std::string(uri) +
         " SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: \"Alice\" <sip:alice@a>;tag=alice\r\n"
         "To: Bob <sip:bob@b>\r\nCall-ID: c1\r\nCSeq: 10 INVITE\r\nMax-Forwards: 70\r\n" +
         std::string(more) + "Content-Length: 0\r\n\r\n";
}
std::string response(int status, std::string_view tag = "bob",
                     std::string_view more = "Contact: <sip:bob@192.0.2.4>\r\n") {
  return "SIP/2.0 " + std::to_string(status) +
         " X\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: \"Alice\" <sip:alice@a>;tag=alice\r\nTo: Bob <sip:bob@b>" +
         (tag.empty() ? "" : ";tag=" + std::string(tag)) + "\r\nCall-ID: c1\r\nCSeq: 10 INVITE\r\n" +
         std::string(more) + "Content-Length: 0\r\n\r\n";
}
Dialog called(std::string_view more = "Contact: <sip:alice@pc33.example>\r\n") {
  const Message request = parsed(invite(more));
  return *Dialog::uas(*request, "bob", "sip:bob@192.0.2.4");
}
Message sent(MessageWriter writer) {
  std::string text = std::move(writer).finish();
  text.insert(text.find("\r\n") + 2, "Via: SIP/2.0/UDP x;branch=z9hG4bKx\r\n");
  return parsed(text);
}
std::vector<std::string> routes_in(const Message& message) {
  std::vector<std::string> routes;
  for (const HeaderField& field : message->headers()) {
    if (field.id == HeaderId::route) routes.emplace_back(field.value);
  }
  return routes;
}

// RFC 3261 §12.1.1.
TEST(Dialog, CalledSideTakesItsStateFromTheRequest) {
  const Message request =
      parsed(invite("Contact: <sip:alice@pc33.example>\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: "
                    "<sip:p3;lr>\r\n"));
  const auto dialog = Dialog::uas(*request, "bob", "sip:bob@192.0.2.4");
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->id(), (DialogId{"c1", "bob", "alice"}));
  EXPECT_EQ(dialog->remote_target(), "sip:alice@pc33.example");
  EXPECT_EQ(dialog->remote_cseq(), 10U);
  EXPECT_EQ(dialog->local_cseq(), 0U);
  EXPECT_THAT(dialog->route_set(), ElementsAre("<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"));
  EXPECT_EQ(dialog->state(), Dialog::State::early);
  EXPECT_FALSE(dialog->secure());
  EXPECT_FALSE(dialog->is_caller());
}

// RFC 3261 §12.1.2: the route set in reverse order.
TEST(Dialog, CallingSideTakesItsStateFromTheResponse) {
  const Message request = parsed(invite());
  const Message ringing =
      parsed(response(180, "bob", "Contact: <sip:bob@192.0.2.4>\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"));
  const auto dialog = Dialog::uac(*request, *ringing, "sip:alice@pc33.example");
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->id(), (DialogId{"c1", "alice", "bob"}));
  EXPECT_EQ(dialog->local_cseq(), 10U);
  EXPECT_EQ(dialog->remote_cseq(), std::nullopt);
  EXPECT_THAT(dialog->route_set(), ElementsAre("<sip:p2;lr>", "<sip:p1;lr>"));
  EXPECT_EQ(dialog->state(), Dialog::State::early);
  EXPECT_EQ(dialog->id(), DialogId::of_response(*ringing));
}

// RFC 3261 §13.2.2.4: on the 2xx the route set is computed anew.
TEST(Dialog, SuccessConfirmsAndReplacesRouteSetAndTarget) {
  const Message request = parsed(invite());
  const Message ringing = parsed(response(180, "bob", "Record-Route: <sip:p1;lr>\r\n"));
  auto dialog = *Dialog::uac(*request, *ringing, "sip:alice@pc33.example");
  EXPECT_EQ(dialog.remote_target(), "");
  ASSERT_TRUE(dialog.confirm(*parsed(response(200, "bob", "Contact: <sip:new@192.0.2.5>\r\n"))));
  EXPECT_EQ(dialog.state(), Dialog::State::confirmed);
  EXPECT_EQ(dialog.remote_target(), "sip:new@192.0.2.5");
  EXPECT_THAT(dialog.route_set(), IsEmpty());
}

TEST(Dialog, EachForkIsADialogOfItsOwn) {
  const Message request = parsed(invite());
  const auto one = Dialog::uac(*request, *parsed(response(180, "b1")), "sip:a@x");
  const auto two = Dialog::uac(*request, *parsed(response(183, "b2")), "sip:a@x");
  EXPECT_NE(one->id(), two->id());
  EXPECT_NE(std::hash<DialogId>{}(one->id()), std::hash<DialogId>{}(two->id()));
}

TEST(Dialog, ResponseWithoutToTagMakesNone) {
  EXPECT_EQ(Dialog::uac(*parsed(invite()), *parsed(response(180, "")), "sip:a@x").error().code, "dialog.to-tag");
}

TEST(Dialog, SuccessWithoutContactMakesNone) {
  EXPECT_EQ(Dialog::uac(*parsed(invite()), *parsed(response(200, "bob", "")), "sip:a@x").error().code,
            "dialog.contact");
}

TEST(Dialog, RequestWithoutUsableContactMakesNone) {
  for (const auto* contact : {"", "Contact: *\r\n", "Contact: <mailto:a@b>\r\n", "Contact: <sip:a@b>, <sip:c@d>\r\n"}) {
    EXPECT_EQ(Dialog::uas(*parsed(invite(contact)), "bob", "sip:b@x").error().code, "dialog.contact") << contact;
  }
}

TEST(Dialog, SipsRequestMakesItSecure) {
  EXPECT_TRUE(Dialog::uas(*parsed(invite("Contact: <sips:a@b>\r\n", "sips:bob@b")), "bob", "sips:b@x")->secure());
}

// RFC 3261 §12.2.1.1.
TEST(Dialog, RequestCarriesTheDialogsState) {
  Dialog dialog = called();
  const Message bye = sent(dialog.request(Method::bye));
  EXPECT_EQ(bye->request_uri(), "sip:alice@pc33.example");
  EXPECT_EQ(bye->from_tag(), "bob");
  EXPECT_EQ(bye->to_tag(), "alice");
  EXPECT_EQ(bye->call_id(), "c1");
  EXPECT_EQ(bye->max_forwards(), 70U);
  EXPECT_EQ(bye->value(HeaderId::to), "\"Alice\" <sip:alice@a>;tag=alice");
  EXPECT_EQ(bye->value(HeaderId::contact), "");
  const Message update = sent(dialog.request(Method::update));
  EXPECT_EQ(update->cseq(), bye->cseq() + 1);
  EXPECT_EQ(update->value(HeaderId::contact), "<sip:bob@192.0.2.4>");
  EXPECT_GT(bye->cseq(), 0U);
}

TEST(Dialog, LooseRoutesStandAsTheyAre) {
  Dialog dialog = called("Contact: <sip:alice@pc33.example>\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\n");
  const Message bye = sent(dialog.request(Method::bye));
  EXPECT_EQ(bye->request_uri(), "sip:alice@pc33.example");
  EXPECT_THAT(routes_in(bye), ElementsAre("<sip:p1;lr>", "<sip:p2;lr>"));
}

TEST(Dialog, StrictRouterGetsTheRequestUriAndTheTargetGoesLast) {
  Dialog dialog = called("Contact: <sip:alice@pc33.example>\r\nRecord-Route: <sip:p1>, <sip:p2;lr>\r\n");
  const Message bye = sent(dialog.request(Method::bye));
  EXPECT_EQ(bye->request_uri(), "sip:p1");
  EXPECT_THAT(routes_in(bye), ElementsAre("<sip:p2;lr>", "<sip:alice@pc33.example>"));
}

// RFC 3261 §13.2.2.4: the CSeq number of the INVITE.
TEST(Dialog, AckTakesTheNumberOfItsInvite) {
  const auto dialog = *Dialog::uac(*parsed(invite()), *parsed(response(200)), "sip:a@x");
  const Message ack = sent(dialog.ack(10));
  EXPECT_EQ(ack->method(), Method::ack);
  EXPECT_EQ(ack->cseq(), 10U);
  EXPECT_EQ(ack->request_uri(), "sip:bob@192.0.2.4");
  EXPECT_EQ(dialog.local_cseq(), 10U);
}

// RFC 3261 §12.2.2.
TEST(Dialog, RequestOutOfOrderIsRefused) {
  Dialog dialog = called();
  const auto with = [](unsigned cseq) {
    return parsed(
        "BYE sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK2\r\nFrom: <sip:alice@a>;tag=alice\r\n"
        "To: <sip:bob@b>;tag=bob\r\nCall-ID: c1\r\nCSeq: " +
        std::to_string(cseq) + " BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
  };
  EXPECT_TRUE(dialog.matches(*with(11)));
  EXPECT_TRUE(dialog.accept(*with(12)));
  EXPECT_EQ(dialog.accept(*with(11)).error().code, "dialog.cseq");
  EXPECT_EQ(dialog.accept(*with(12)).error().code, "dialog.cseq");
  EXPECT_TRUE(dialog.accept(*with(400)));
}

TEST(Dialog, TargetIsRefreshedByAContactOnly) {
  Dialog dialog = called();
  ASSERT_TRUE(dialog.update_target(*parsed(invite("Contact: <sip:alice@new>\r\n"))));
  EXPECT_EQ(dialog.remote_target(), "sip:alice@new");
  ASSERT_TRUE(dialog.update_target(*parsed(invite(""))));
  EXPECT_EQ(dialog.remote_target(), "sip:alice@new");
  EXPECT_FALSE(dialog.update_target(*parsed(invite("Contact: <tel:123>\r\n"))));
  EXPECT_EQ(dialog.remote_target(), "sip:alice@new");
}

}  // namespace
}  // namespace cadenas::sip
