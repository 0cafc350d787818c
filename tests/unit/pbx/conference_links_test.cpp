// Conferences that are linked and are judged as one (CONF-4), and whom a conference calls (CONF-3).

#include "conference_harness.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Announcement;

/// Rooms 700, 701 and 702, linked in that order.
struct Line : Rooms {
  explicit Line(unsigned loops = 1) : Rooms(loops) {
    for (const char* number : {"700", "701", "702"}) add(number);
    exchange.room_links = {{"700", "701"}, {"701", "702"}};
    exchange.publish();
  }
};

TEST(LinkedConferences, AreAllClearWithOneClearMemberInAnyOfThemAndEncryptedAgainWithoutHim) {
  for (const unsigned loops : {1U, 2U}) {
    Line line(loops);
    Phone& a = line.enter_encrypted("100", "700");
    Phone& b = line.enter_encrypted("101", "702", loops - 1);
    EXPECT_EQ(line.exchange.conferences.links.size(), 2U) << "voice passes through the one that nobody is in";
    EXPECT_EQ(line.exchange.views().size(), 2U) << "which is shown to nobody";
    EXPECT_TRUE(line.view("700").encrypted);
    EXPECT_EQ(line.view("702").reason, "Every leg of the conference can be encrypted: 2 of 2 are.");
    EXPECT_EQ(line.view("702").links, std::vector<std::string>{"701"});
    line.told();

    Phone& c = line.enter_clear("102", "702");
    line.agrees_to_clear(a);
    line.agrees_to_clear(b);
    for (const char* room : {"700", "702"}) {
      EXPECT_FALSE(line.view(room).encrypted);
      EXPECT_NE(line.view(room).reason.find("102 in 702 cannot encrypt"), std::string::npos);
    }
    EXPECT_EQ(line.told(), (std::vector{Announcement::joined, Announcement::clear, Announcement::clear}));
    ASSERT_EQ(line.exchange.journal.size(), 2U) << "one line for each room that somebody is in";
    EXPECT_EQ(line.exchange.journal[0].code, "conference.clear");
    EXPECT_NE(line.exchange.journal[0].subject, line.exchange.journal[1].subject);

    line.leaves(c);
    line.agrees_to_encrypt(a);
    line.agrees_to_encrypt(b);
    EXPECT_TRUE(line.view("700").encrypted);
    EXPECT_TRUE(line.view("702").encrypted);
    line.leaves(a);
    line.leaves(b);
    EXPECT_TRUE(line.exchange.conferences.rooms.empty());
    EXPECT_TRUE(line.exchange.conferences.links.empty());
  }
}

TEST(LinkedConferences, RefuseAClearMemberWhereOneOfThemDoes) {
  Line line;
  line.exchange.rooms["702"].clear_members = store::ClearMembers::refuse_clear;
  line.exchange.publish();
  line.enter_encrypted("100", "702");
  Phone& clear = line.exchange.phone("101", sip::Transport::udp);
  clear.invite("700", description("RTP/AVP", 4000));
  clear.response(488);
  EXPECT_TRUE(line.view("702").encrypted);
}

TEST(LinkedConferences, AreLinkedAndTakenApartWhileTheyGoOn) {
  Line line;
  line.exchange.room_links.clear();
  line.exchange.publish();
  Phone& a = line.enter_encrypted("100", "700");
  line.enter_clear("101", "701");
  EXPECT_TRUE(line.view("700").encrypted);
  line.exchange.room_links = {{"700", "701"}};
  line.exchange.publish();
  line.exchange.settle();
  EXPECT_EQ(line.exchange.conferences.links.size(), 1U);
  EXPECT_FALSE(line.view("700").encrypted);
  line.agrees_to_clear(a);

  line.exchange.room_links.clear();
  line.exchange.publish();
  line.exchange.settle();
  EXPECT_TRUE(line.exchange.conferences.links.empty());
  EXPECT_TRUE(line.view("700").encrypted);
  EXPECT_FALSE(line.view("701").encrypted);
  line.agrees_to_encrypt(a);
}

TEST(LinkedConferences, WaitWhereTheOneIsClearAndTheOtherRefusesThat) {
  Line line;
  line.exchange.room_links.clear();
  line.exchange.rooms["701"].clear_members = store::ClearMembers::refuse_clear;
  line.exchange.publish();
  Phone& clear = line.enter_clear("100", "700");
  Phone& b = line.enter_encrypted("101", "701");
  line.exchange.room_links = {{"700", "701"}};
  line.exchange.publish();
  line.exchange.settle();
  EXPECT_TRUE(line.exchange.conferences.links.empty());
  EXPECT_EQ(line.view("701").refused_links, std::vector<std::string>{"700"});
  EXPECT_TRUE(b.silent());
  EXPECT_EQ(line.exchange.journal.back().code, "conference.link-refused");
  line.enter_encrypted("102", "700");
  line.leaves(clear);
  EXPECT_EQ(line.exchange.conferences.links.size(), 1U) << "as soon as he has left";
  EXPECT_TRUE(line.view("701").refused_links.empty());
}

struct Caller : Rooms {
  Caller() {
    add("700");
    exchange.publish();
  }
  base::Result<void> call(const std::string& number) {
    base::Result<void> out = base::fail("test.no-answer", "Nothing was told.");
    Conferences::call(exchange.services, "700", number, [&](base::Result<void> done) { out = std::move(done); });
    exchange.settle();
    return out;
  }
};

TEST(ConferenceCall, BringsInWhoAnswersFirstAndCancelsTheOthers) {
  Caller room;
  Phone& a = room.exchange.phone("100");
  Phone& b = room.exchange.phone("101");
  Phone& second = room.exchange.phone("101");
  ASSERT_TRUE(room.call("101"));
  EXPECT_EQ(room.view("700").called, (std::vector<std::string>{"101", "101"}));
  const auto to_b = b.request(sip::Method::invite);
  const auto to_second = second.request(sip::Method::invite);
  EXPECT_NE(to_b->value(sip::HeaderId::from).find("700"), std::string_view::npos);
  EXPECT_EQ(sdp_of(*to_b).media.at(0).proto, "RTP/SAVP");
  b.respond(*to_b, 180);
  second.respond(*to_second, 180);
  b.respond(*to_b, 200, savp_answer(*to_b, 4000, 'b'));
  b.request(sip::Method::ack);
  second.request(sip::Method::cancel);
  EXPECT_TRUE(room.view("700").encrypted);
  EXPECT_TRUE(room.view("700").called.empty());
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
  EXPECT_EQ(room.exchange.conferences.member().seat, media::Seat::talks);
  a.invite("700", savp(4000, 'a'));
  a.ack(*a.response(200));
  EXPECT_EQ(room.exchange.views().at(0).legs.size(), 2U);
}

TEST(ConferenceCall, SaysWhyNobodyComes) {
  Caller room;
  EXPECT_EQ(room.call("999").error().code, "call.unknown-number");
  EXPECT_TRUE(room.exchange.conferences.rooms.empty());
  Phone& busy = room.exchange.phone("101");
  ASSERT_TRUE(room.call("101"));
  const auto invite = busy.request(sip::Method::invite);
  busy.respond(*invite, 486);
  busy.request(sip::Method::ack);
  EXPECT_EQ(room.exchange.journal.back().code, "conference.call-failed");
  EXPECT_NE(room.exchange.journal.back().message.find("486"), std::string::npos);
  EXPECT_TRUE(room.exchange.conferences.rooms.empty()) << "nobody is in it";
  EXPECT_EQ(room.exchange.services.active_calls.load(), 0U);
}

TEST(ConferenceCall, GivesUpAfterTheTimeOfRinging) {
  Caller room;
  Phone& phone = room.exchange.phone("101");
  ASSERT_TRUE(room.call("101"));
  phone.respond(*phone.request(sip::Method::invite), 180);
  room.exchange.pass(room.exchange.services.settings.ring_timeout + base::Millis{1'000});
  phone.request(sip::Method::cancel);
  EXPECT_EQ(room.exchange.journal.back().code, "conference.call-failed");
  EXPECT_TRUE(room.exchange.conferences.rooms.empty());
}

TEST(ConferenceCall, CallsNobodyInClearWhereThatIsRefused) {
  Caller room;
  room.exchange.rooms["700"].clear_members = store::ClearMembers::refuse_clear;
  room.exchange.publish();
  Phone& phone = room.exchange.phone("101", sip::Transport::udp);
  ASSERT_TRUE(room.call("101"));
  EXPECT_TRUE(phone.silent());
  EXPECT_EQ(room.exchange.journal.back().code, "conference.call-failed");
}

TEST(ConferenceCall, ReachesTheRoomOfAnotherSystemByATrunkAndFollowsItIntoClear) {
  Caller room;
  store::Trunk trunk;
  trunk.name = "paris";
  trunk.address = "198.51.100.1";
  trunk.transport = store::TrunkTransport::tls;
  trunk.srtp_mode = store::SrtpMode::preferred;
  trunk.routes = {{"9", 1}};
  Phone& paris = room.exchange.trunk(trunk);
  Phone& a = room.enter_encrypted("100", "700");
  ASSERT_TRUE(room.call("9700"));
  const auto invite = paris.request(sip::Method::invite);
  EXPECT_NE(invite->request_uri().find("700@"), std::string_view::npos);
  paris.respond(*invite, 200, savp_answer(*invite, 4000, 'p'));
  paris.request(sip::Method::ack);
  EXPECT_TRUE(room.view("700").encrypted);
  EXPECT_EQ(room.call("9700").error().code, "room.called-already");
  // Somebody who cannot encrypt has come to the room there, which asks us to be clear.
  paris.send("INVITE", description("RTP/AVP", 4000));
  paris.ack(*paris.response(200));
  EXPECT_FALSE(room.view("700").encrypted);
  room.agrees_to_clear(a);
  paris.send("INVITE", savp(4000, 'q'));
  const auto back = paris.response(200);
  paris.ack(*back);
  EXPECT_TRUE(room.view("700").encrypted);
  room.agrees_to_encrypt(a);
}

}  // namespace
}  // namespace cadenas::pbx::test
