// Who mixes three: a phone by itself, or the bridge, into which a phone sends its calls (CONF-2).

#include "conference_harness.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Seat;

/// 100 talks to 101, encrypted.
struct Master : Rooms {
  explicit Master(unsigned loops = 1) : Rooms(loops) {
    add("700");
    exchange.publish();
    a = &exchange.phone("100");
    b = &exchange.phone("101", sip::Transport::tls, loops - 1);
    connect(*a, *b);
  }
  void refer(const std::string& refer_to) {
    a->send("REFER", {}, "Refer-To: <" + refer_to + ">\r\n");
    a->response(202);
    notified("100");
    notified("200");
    a->respond(*a->request(sip::Method::bye), 200);
  }
  void notified(const std::string& status) {
    const auto notify = a->request(sip::Method::notify);
    EXPECT_EQ(notify->body().substr(8, 3), status);
    a->respond(*notify, 200);
  }

  Phone* a;
  Phone* b;
};

TEST(ThreeWayCall, OfAPhoneThatMixesItselfTakesNothingOfTheBridge) {
  Master master;
  Phone& c = master.exchange.phone("102");
  const auto first = master.a->dialog;
  connect(*master.a, c);
  EXPECT_EQ(master.exchange.media.open_sessions(), 2U);
  EXPECT_TRUE(master.exchange.conferences.rooms.empty());
  EXPECT_TRUE(master.exchange.conferences.members.empty());
  EXPECT_EQ(master.exchange.views().size(), 2U);
}

TEST(ThreeWayCall, IsMixedByTheBridgeWhereThePhoneSendsItsCallIntoARoom) {
  for (const unsigned loops : {1U, 2U}) {
    Master master(loops);
    const auto before = master.exchange.media.last().legs.at(media::Side::b).send->clone();
    master.refer("sip:700@192.0.2.1");
    EXPECT_EQ(master.exchange.conferences.member().seat, Seat::waits) << "its voice still goes to the call";
    master.agrees_to_encrypt(*master.b);
    EXPECT_EQ(master.exchange.conferences.member().seat, Seat::talks);
    EXPECT_FALSE(*master.exchange.conferences.member().leg->send == before);
    EXPECT_EQ(master.exchange.media.open_sessions(), 0U);
    EXPECT_EQ(master.exchange.records.at(0).cause, "transferred");
    master.a->invite("700", savp(4000, 'a'));
    master.a->ack(*master.a->response(200));
    EXPECT_TRUE(master.view("700").encrypted);
    EXPECT_EQ(master.exchange.views().at(0).legs.size(), 2U);
    master.leaves(*master.a);
    master.leaves(*master.b);
    EXPECT_TRUE(master.exchange.conferences.rooms.empty());
    EXPECT_EQ(master.exchange.counts().legs, 0U);
    EXPECT_EQ(master.exchange.services.active_calls.load(), 0U);
  }
}

TEST(ThreeWayCall, PutsTheOtherInThePlaceOfTheOneWhoIsInTheRoom) {
  Master master;
  const auto call = master.a->dialog;
  master.a->invite("700", savp(4000, 'a'));
  master.a->ack(*master.a->response(200));
  const auto in_room = std::exchange(master.a->dialog, call);
  master.refer("sip:700@192.0.2.1?Replaces=" + sip::escape_header(in_room.call_id + ";to-tag=" + in_room.remote_tag +
                                                                  ";from-tag=" + in_room.local_tag));
  master.agrees_to_encrypt(*master.b);
  master.a->respond(*master.a->request(sip::Method::bye), 200);
  const auto views = master.exchange.views();
  ASSERT_EQ(views.size(), 1U);
  ASSERT_EQ(views[0].legs.size(), 1U);
  EXPECT_EQ(views[0].legs[0].number, "101");
}

TEST(ThreeWayCall, AsksWhoIsSentInForThePinAndDismissesWhoRefusesTheBridge) {
  Master master;
  master.exchange.rooms["700"].asks_pin = true;
  master.exchange.rooms["700"].pin =
      std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes("4711")));
  master.exchange.publish();
  master.refer("sip:700@192.0.2.1");
  master.agrees_to_encrypt(*master.b);
  EXPECT_EQ(master.exchange.conferences.member().seat, Seat::waits);
  master.exchange.conferences.dial(0, "4711#");
  master.exchange.settle();
  EXPECT_EQ(master.exchange.conferences.member().seat, Seat::talks);

  Master other;
  other.refer("sip:700@192.0.2.1");
  const auto offer = other.b->request(sip::Method::invite);
  other.b->respond(*offer, 488);
  other.b->request(sip::Method::ack);
  other.b->respond(*other.b->request(sip::Method::bye), 200);
  EXPECT_TRUE(other.exchange.conferences.rooms.empty());
}

}  // namespace
}  // namespace cadenas::pbx::test
