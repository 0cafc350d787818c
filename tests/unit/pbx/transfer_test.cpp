// REFER, blind and attended, and INVITE with Replaces (RFC 3515, RFC 5589, RFC 3891).

#include "pbx/transfer.hpp"

#include "call_harness.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx::test {
namespace {

std::string sipfrag(const sip::Message& notify) {
  return std::string(notify->body().substr(0, 11));
}

struct Three {
  explicit Three(unsigned loops = 1)
      : exchange(loops),
        a(exchange.phone("100")),
        b(exchange.phone("200", sip::Transport::tls, loops - 1)),
        c(exchange.phone("300")) {}
  Exchange exchange;
  Phone& a;
  Phone& b;
  Phone& c;

  void notified(Phone& phone, const std::string& status) {
    const auto notify = phone.request(sip::Method::notify);
    EXPECT_EQ(sipfrag(notify), "SIP/2.0 " + status);
    phone.respond(*notify, 200);
  }
};

TEST(Transfer, BlindPutsTheTargetInThePlaceOfTheOneWhoTransfers) {
  Three t;
  connect(t.a, t.b);
  const auto key_to_a = base::to_hex(t.exchange.media.last().legs.at(media::Side::a).send->keying.view());
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1>\r\nReferred-By: <sip:200@192.0.2.1>\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  const auto invite = t.c.request(sip::Method::invite);
  EXPECT_EQ(invite->value(sip::HeaderId::from).find("\"Phone 100\""), 0U);
  EXPECT_EQ(invite->value(sip::HeaderId::referred_by), "<sip:200@192.0.2.1>");
  t.c.respond(*invite, 180);
  t.notified(t.b, "180");
  t.c.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
  t.c.request(sip::Method::ack);
  t.notified(t.b, "200");
  t.b.respond(*t.b.request(sip::Method::bye), 200);
  const auto update = t.a.request(sip::Method::invite);
  t.a.dialog.cseq = 1;
  t.a.respond(*update, 200, savp_answer(*update, 4000, 'a'));
  t.a.request(sip::Method::ack);
  const auto& session = t.exchange.media.last();
  EXPECT_EQ(session.legs.at(media::Side::b).remote_rtp.port(), 6000);
  EXPECT_EQ(session.legs.at(media::Side::b).receive->keying.view()[0], 'c');
  EXPECT_EQ(base::to_hex(session.legs.at(media::Side::a).send->keying.view()), key_to_a);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  t.c.send("BYE");
  t.c.response(200);
  t.a.respond(*t.a.request(sip::Method::bye), 200);
  EXPECT_EQ(t.exchange.counts().legs, 0U);
  EXPECT_EQ(t.exchange.media.open_sessions(), 0U);
  EXPECT_EQ(t.exchange.records.at(0).legs.size(), 3U);
}

TEST(Transfer, ThatFailsLeavesTheCallAsItWas) {
  Three t;
  connect(t.a, t.b);
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1>\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.c.respond(*t.c.request(sip::Method::invite), 486);
  t.notified(t.b, "486");
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  t.b.send("REFER", {}, "Refer-To: <sip:999@192.0.2.1>\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.notified(t.b, "404");
  EXPECT_TRUE(t.a.silent());
}

TEST(Transfer, GoesOnWhenTheOneWhoTransfersHangsUpAtOnce) {
  Three t;
  connect(t.a, t.b);
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1>\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.b.send("BYE");
  t.b.response(200);
  const auto invite = t.c.request(sip::Method::invite);
  t.c.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
  t.c.request(sip::Method::ack);
  const auto update = t.a.request(sip::Method::invite);
  t.a.respond(*update, 200, savp_answer(*update, 4000, 'a'));
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_EQ(t.exchange.views().at(0).state, CallState::answered);
}

TEST(Transfer, TriesAgainAfterGlareSinceNobodyElseWould) {  // RFC 3261 §14.1
  Three t;
  connect(t.a, t.b);
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1>\r\n");
  const auto invite = t.c.request(sip::Method::invite);
  t.c.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
  t.a.respond(*t.a.request(sip::Method::invite), 491);
  t.a.request(sip::Method::ack);
  EXPECT_TRUE(t.a.silent());
  t.exchange.pass(base::Millis{2'500});
  const auto again = t.a.request(sip::Method::invite);
  t.a.respond(*again, 200, savp_answer(*again, 4000, 'a'));
  t.a.request(sip::Method::ack);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
}

void attended(unsigned loops) {
  Three t(loops);
  connect(t.a, t.b);
  const auto first = t.b.dialog;
  connect(t.b, t.c);
  const auto second = t.b.dialog;
  ASSERT_EQ(t.exchange.counts().calls, 2U);
  t.b.dialog = first;
  const std::string replaces =
      sip::escape_header(second.call_id + ";to-tag=" + second.remote_tag + ";from-tag=" + second.local_tag);
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1?Replaces=" + replaces + ">\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  // Both of the phone's dialogs end, in whatever order.
  int byes = 0;
  bool success = false;
  t.exchange.settle();
  while (!t.b.received.empty()) {
    auto message = std::move(t.b.received.front());
    t.b.received.pop_front();
    if (message->method() == sip::Method::bye) ++byes;
    if (message->method() == sip::Method::notify) success = sipfrag(message) == "SIP/2.0 200";
    t.b.respond(*message, 200);
  }
  EXPECT_EQ(byes, 2);
  EXPECT_TRUE(success);
  const auto to_c = t.c.request(sip::Method::invite);
  t.c.respond(*to_c, 200, savp_answer(*to_c, 6000, 'd'));
  t.c.request(sip::Method::ack);
  const auto to_a = t.a.request(sip::Method::invite);
  t.a.respond(*to_a, 200, savp_answer(*to_a, 4000, 'a'));
  t.a.request(sip::Method::ack);
  EXPECT_EQ(t.exchange.counts().calls, 1U);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_EQ(t.exchange.media.open_sessions(), 1U);
  const auto& joined = t.exchange.media.sessions.begin()->second;
  EXPECT_EQ(joined.legs.at(media::Side::b).remote_rtp.port(), 6000);
  EXPECT_EQ(joined.legs.at(media::Side::b).receive->keying.view()[0], 'd');
  const auto& old = t.exchange.media.sessions.rbegin()->second;
  EXPECT_FALSE(*joined.legs.at(media::Side::b).send == *old.legs.at(media::Side::b).send)
      << "a key must not be used twice from its start";
  t.a.send("BYE");
  t.a.response(200);
  t.c.respond(*t.c.request(sip::Method::bye), 200);
  EXPECT_EQ(t.exchange.counts().legs, 0U);
  EXPECT_EQ(t.exchange.services.active_calls.load(), 0U);
}

TEST(Transfer, AttendedJoinsTheTwoRemoteParties) {
  attended(1);
}

TEST(Transfer, AttendedJoinsAcrossLoops) {
  attended(2);
}

// RFC 5589 §7: the transferor hands over while its second call still rings.
void semi_attended(unsigned loops) {
  Three t(loops);
  connect(t.a, t.b);
  const auto first = t.b.dialog;
  t.b.invite("300", savp(5100, 'e'));
  const auto ringing = t.c.request(sip::Method::invite);
  t.c.respond(*ringing, 180);
  t.b.response(180);
  const auto second = t.b.dialog;
  t.b.dialog = first;
  const std::string replaces =
      sip::escape_header(second.call_id + ";to-tag=" + second.remote_tag + ";from-tag=" + second.local_tag);
  t.b.send("REFER", {}, "Refer-To: <sip:300@192.0.2.1?Replaces=" + replaces + ">\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.b.response(480);  // its second call ends
  t.c.respond(*t.c.request(sip::Method::cancel), 200);
  t.c.respond(*ringing, 487);
  const auto invite = t.c.request(sip::Method::invite);
  t.c.request(sip::Method::ack);  // of the 487
  EXPECT_EQ(invite->value(sip::HeaderId::from).find("\"Phone 100\""), 0U);
  t.c.respond(*invite, 180);
  t.notified(t.b, "180");
  t.c.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
  t.c.request(sip::Method::ack);
  t.notified(t.b, "200");
  t.b.respond(*t.b.request(sip::Method::bye), 200);
  const auto update = t.a.request(sip::Method::invite);
  t.a.respond(*update, 200, savp_answer(*update, 4000, 'a'));
  t.a.request(sip::Method::ack);
  EXPECT_EQ(t.exchange.counts().calls, 1U);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_EQ(t.exchange.media.open_sessions(), 1U);
  t.c.send("BYE");
  t.c.response(200);
  t.a.respond(*t.a.request(sip::Method::bye), 200);
  t.exchange.pass(base::Millis{70'000});
  EXPECT_EQ(t.exchange.counts().legs, 0U);
  EXPECT_EQ(t.exchange.transactions(), 0U);
  EXPECT_EQ(t.exchange.services.active_calls.load(), 0U);
}

TEST(Transfer, SemiAttendedCallsTheTargetAnew) {
  semi_attended(1);
}

TEST(Transfer, SemiAttendedWorksAcrossLoops) {
  semi_attended(2);
}

TEST(Transfer, SemiAttendedToATargetThatRefusesLeavesTheFirstCall) {
  Three t;
  connect(t.a, t.b);
  const auto first = t.b.dialog;
  t.b.invite("300", savp(5100, 'e'));
  const auto ringing = t.c.request(sip::Method::invite);
  t.c.respond(*ringing, 180);
  t.b.response(180);
  const auto second = t.b.dialog;
  t.b.dialog = first;
  t.b.send("REFER", {},
           "Refer-To: <sip:300@192.0.2.1?Replaces=" +
               sip::escape_header(second.call_id + ";to-tag=" + second.remote_tag + ";from-tag=" + second.local_tag) +
               ">\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.b.response(480);
  t.c.respond(*t.c.request(sip::Method::cancel), 200);
  t.c.respond(*ringing, 487);
  const auto invite = t.c.request(sip::Method::invite);
  t.c.request(sip::Method::ack);  // of the 487
  t.c.respond(*invite, 486);
  t.c.request(sip::Method::ack);
  t.notified(t.b, "486");
  EXPECT_EQ(t.exchange.counts().calls, 1U);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_TRUE(t.a.silent());
}

TEST(Transfer, RefusesToJoinACallOfSomebodyElse) {
  Three t;
  Phone& d = t.exchange.phone("400");
  connect(t.a, t.b);
  connect(t.c, d);
  const std::string replaces =
      sip::escape_header(t.c.dialog.call_id + ";to-tag=" + t.c.dialog.remote_tag + ";from-tag=" + t.c.dialog.local_tag);
  t.b.send("REFER", {}, "Refer-To: <sip:400@192.0.2.1?Replaces=" + replaces + ">\r\n");
  t.b.response(202);
  t.notified(t.b, "100");
  t.notified(t.b, "481");
  EXPECT_EQ(t.exchange.counts().calls, 2U);
}

TEST(Transfer, TakesACallOverByInviteWithReplaces) {  // RFC 3891: the same subscription on another phone
  Three t;
  connect(t.a, t.b);
  Phone& other = t.exchange.phone("200");
  other.invite("100", savp(7000, 'o'),
               "Replaces: " + t.b.dialog.call_id + ";to-tag=" + t.b.dialog.remote_tag +
                   ";from-tag=" + t.b.dialog.local_tag + "\r\n");
  t.b.respond(*t.b.request(sip::Method::bye), 200);
  const auto update = t.a.request(sip::Method::invite);
  t.a.respond(*update, 200, savp_answer(*update, 4000, 'a'));
  t.a.request(sip::Method::ack);
  other.ack(*other.response(200));
  EXPECT_EQ(t.exchange.counts().calls, 1U);
  EXPECT_EQ(t.exchange.counts().legs, 2U);
  EXPECT_EQ(t.exchange.views().at(0).state, CallState::answered);
}

TEST(Transfer, LeavesACallThatRingsAloneWhenItCannotBeTakenOver) {  // RFC 3891 §3
  Three t;
  t.a.invite("200", savp(4000, 'a'));
  const auto ringing = t.b.request(sip::Method::invite);
  t.b.respond(*ringing, 180);
  t.a.response(180);
  Phone& other = t.exchange.phone("200");
  other.invite("100", savp(7000, 'o'),
               "Replaces: " + t.b.dialog.call_id + ";to-tag=" + t.b.dialog.remote_tag +
                   ";from-tag=" + t.b.dialog.local_tag + "\r\n");
  other.response(481);
  EXPECT_TRUE(t.a.silent());
  t.b.respond(*ringing, 200, savp_answer(*ringing, 5000, 'b'));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  EXPECT_EQ(t.exchange.views().at(0).state, CallState::answered);
}

TEST(ReferTo, IsReadWithItsReplaces) {
  const auto target = parse_refer_to("<sip:300@192.0.2.1?Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->number, "300");
  ASSERT_TRUE(target->replaces.has_value());
  EXPECT_EQ(target->replaces->call_id, "abc@h");
  EXPECT_EQ(target->replaces->local_tag, "1");
  EXPECT_EQ(target->replaces->remote_tag, "2");
  EXPECT_FALSE(parse_refer_to("<sip:192.0.2.1>").has_value());
  EXPECT_FALSE(parse_refer_to("<sip:300@h;method=BYE>").has_value());
}

}  // namespace
}  // namespace cadenas::pbx::test
