// Somebody breaks into a call of two others (CONF-5, CONF-6).

#include "conference_harness.hpp"
#include "pbx/intrusion_dialled.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Announcement;
using media::Seat;

/// 100 and 101 talk, encrypted; 103 may break in.
struct Talk : Rooms {
  explicit Talk(unsigned loops = 1) : Rooms(loops) {
    exchange.services.settings.intrusion_prefix = "*55";
    exchange.services.settings.listen_prefix = "*56";
    exchange.services.settings.intervention_prefix = "*57";
    a = &exchange.phone("100");
    b = &exchange.phone("101", sip::Transport::tls, loops - 1);
    c = &exchange.phone("103", sip::Transport::tls, loops - 1);
    exchange.subscription("103").intrusion_right = true;
    exchange.subscription("103").listen_right = true;
    exchange.publish();
    connect(*a, *b);
  }
  CallView call() {
    for (const CallView& view : exchange.views()) {
      if (view.to == "101" && !view.room) return view;
    }
    return {};
  }
  std::optional<CallView> conference() {
    for (const CallView& view : exchange.views()) {
      if (view.room) return view;
    }
    return std::nullopt;
  }
  /// 103 dials, and is answered with what the description allows.
  void breaks_in(const std::string& dialled, const std::string& sdp) {
    c->invite(dialled, sdp);
    c->ack(*c->response(200));
  }
  /// 103 dials, and is refused for that reason.
  std::string refused(const std::string& dialled, const std::string& sdp, int status = 403) {
    c->invite(dialled, sdp);
    const auto refusal = c->response(status);
    EXPECT_TRUE(a->silent()) << "nothing changed";
    EXPECT_TRUE(b->silent());
    EXPECT_FALSE(conference());
    EXPECT_EQ(exchange.media.open_sessions(), 1U);
    return std::string(refusal->value(sip::HeaderId::warning));
  }
  /// Both are offered each other again, as `proto`, and take it.
  void go_back(const std::string& proto) {
    for (Phone* phone : {a, b}) {
      const auto offer = phone->request(sip::Method::invite);
      EXPECT_EQ(sdp_of(*offer).media.at(0).proto, proto);
      phone->respond(*offer, 200, proto == "RTP/AVP" ? description("RTP/AVP", 4000) : savp_answer(*offer, 4000, 'r'));
      phone->request(sip::Method::ack);
    }
  }
  bool back_in_call() {
    const auto& legs = exchange.media.last().legs;
    return exchange.media.last().open && legs.at(media::Side::a).send && legs.at(media::Side::b).send;
  }

  Phone* a;
  Phone* b;
  Phone* c;
};

TEST(Intrusion, IsAConferenceInClearAfterAWarningAndTheCallIsEncryptedAgainAfterwards) {
  for (const unsigned loops : {1U, 2U}) {
    Talk talk(loops);
    const auto key_before = talk.exchange.media.last().legs.at(media::Side::a).send->clone();
    talk.breaks_in("*55101", description("RTP/AVP", 4000));
    talk.agrees_to_clear(*talk.a);
    EXPECT_TRUE(talk.told().empty()) << "not before both are there";
    talk.agrees_to_clear(*talk.b);
    EXPECT_EQ(talk.told(), std::vector{Announcement::intrusion});
    const auto newcomer = [&]() -> FakeConferences::Member& { return talk.exchange.conferences.member(2); };
    EXPECT_EQ(newcomer().seat, Seat::waits) << "the tone comes first";
    talk.exchange.pass(base::Millis{1'100});
    EXPECT_EQ(newcomer().seat, Seat::talks);

    EXPECT_EQ(talk.exchange.media.open_sessions(), 0U);
    const auto conference = talk.conference();
    ASSERT_TRUE(conference);
    EXPECT_EQ(conference->room->purpose, "intrusion");
    EXPECT_FALSE(conference->room->encrypted);
    EXPECT_NE(conference->room->reason.find("conference.intrusion"), std::string::npos);
    ASSERT_EQ(conference->legs.size(), 3U);
    for (const LegView& leg : conference->legs) EXPECT_TRUE(leg.srtp_suite.empty());
    const CallView call = talk.call();
    EXPECT_EQ(call.state, CallState::answered);
    EXPECT_EQ(call.conference, conference->id);
    EXPECT_NE(call.conference_reason.find("conference.intrusion: 103 has intruded"), std::string::npos);
    ASSERT_EQ(talk.exchange.journal.size(), 1U);
    EXPECT_EQ(talk.exchange.journal[0].code, "conference.intrusion");
    EXPECT_EQ(talk.exchange.journal[0].subject, "101");

    talk.leaves(*talk.c);
    talk.go_back("RTP/SAVP");
    EXPECT_TRUE(talk.back_in_call());
    EXPECT_FALSE(*talk.exchange.media.last().legs.at(media::Side::a).send == key_before);
    EXPECT_TRUE(talk.call().conference.empty());
    EXPECT_FALSE(talk.conference());
    EXPECT_EQ(talk.exchange.journal.back().code, "conference.intrusion-ended");
    talk.leaves(*talk.a);
    talk.b->respond(*talk.b->request(sip::Method::bye), 200);
    EXPECT_EQ(talk.exchange.counts().legs, 0U);
    EXPECT_EQ(talk.exchange.services.active_calls.load(), 0U);
    EXPECT_EQ(talk.exchange.records.back().legs.size(), 6U) << "before, in the conference, and after it";
  }
}

TEST(Intrusion, LetsAnEncryptingNewcomerInOnceHeIsClearToo) {
  Talk talk;
  talk.breaks_in("*55101", savp(4000, 'c'));
  talk.agrees_to_clear(*talk.a);
  talk.agrees_to_clear(*talk.b);
  talk.exchange.pass(base::Millis{1'100});
  EXPECT_EQ(talk.exchange.conferences.member(2).seat, Seat::waits);
  talk.agrees_to_clear(*talk.c);
  EXPECT_EQ(talk.exchange.conferences.member(2).seat, Seat::talks);
  EXPECT_FALSE(talk.exchange.conferences.member(2).leg->send);
}

TEST(Intrusion, IsRefusedWithTheReasonAndChangesNothing) {
  Talk talk;
  talk.exchange.subscription("103").intrusion_right = false;
  talk.exchange.publish();
  EXPECT_NE(talk.refused("*55101", savp(4000, 'c')).find("no right to intrude"), std::string::npos);
  EXPECT_EQ(talk.exchange.journal.back().code, "conference.intrusion-refused");
  EXPECT_NE(talk.exchange.journal.back().message.find("intrusion.no-right"), std::string::npos);
  talk.exchange.subscription("103").intrusion_right = true;
  talk.exchange.subscription("100").intrusion_protected = true;
  talk.exchange.publish();
  EXPECT_NE(talk.refused("*55101", savp(4000, 'c')).find("100 are protected"), std::string::npos);
  talk.exchange.subscription("100").intrusion_protected = false;
  talk.exchange.publish();
  EXPECT_NE(talk.refused("*55109", savp(4000, 'c'), 480).find("in no call"), std::string::npos);
}

TEST(Intrusion, IsRefusedWhereAPartyTakesEncryptedVoiceOnly) {
  Talk talk;
  talk.leaves(*talk.a);
  talk.b->respond(*talk.b->request(sip::Method::bye), 200);
  talk.exchange.subscription("101").srtp_mode = store::SrtpMode::only;
  talk.exchange.publish();
  connect(*talk.a, *talk.b);
  EXPECT_NE(talk.refused("*55100", savp(4000, 'c')).find("101 takes encrypted voice only"), std::string::npos);
  EXPECT_TRUE(talk.exchange.media.last().legs.at(media::Side::b).send);
}

TEST(Intrusion, EndsWhereAPhoneRefusesTheConference) {
  Talk talk;
  talk.breaks_in("*55101", description("RTP/AVP", 4000));
  talk.agrees_to_clear(*talk.a);
  const auto offer = talk.b->request(sip::Method::invite);
  talk.b->respond(*offer, 488);
  talk.b->request(sip::Method::ack);
  talk.c->respond(*talk.c->request(sip::Method::bye), 200);
  talk.go_back("RTP/SAVP");
  EXPECT_TRUE(talk.back_in_call());
}

TEST(Intrusion, EndsForAllWhenOneOfTheTwoHangsUp) {
  Talk talk(2);
  talk.breaks_in("*55101", description("RTP/AVP", 4000));
  talk.agrees_to_clear(*talk.a);
  talk.agrees_to_clear(*talk.b);
  talk.leaves(*talk.a);
  for (Phone* phone : {talk.b, talk.c}) phone->respond(*phone->request(sip::Method::bye), 200);
  EXPECT_TRUE(talk.exchange.views().empty());
  EXPECT_EQ(talk.exchange.counts().legs, 0U);
  EXPECT_EQ(talk.exchange.services.active_calls.load(), 0U);
  EXPECT_EQ(talk.exchange.records.back().cause, "bye");
}

TEST(Intrusion, EndsForAllWhenTheAdministratorHangsUpTheCallOrTheConference) {
  for (const bool the_call : {true, false}) {
    Talk talk;
    talk.breaks_in("*55101", description("RTP/AVP", 4000));
    talk.agrees_to_clear(*talk.a);
    talk.agrees_to_clear(*talk.b);
    Calls::hang_up(talk.exchange.services, the_call ? talk.call().id : talk.conference()->id);
    for (Phone* phone : {talk.a, talk.b, talk.c}) phone->respond(*phone->request(sip::Method::bye), 200);
    EXPECT_TRUE(talk.exchange.views().empty());
    EXPECT_EQ(talk.exchange.services.active_calls.load(), 0U);
  }
}

TEST(Intrusion, LetsGoBackWhatWasUnderWayWhenTheNewcomerLeavesEarly) {
  Talk talk;
  talk.breaks_in("*55101", description("RTP/AVP", 4000));
  const auto to_a = talk.a->request(sip::Method::invite);
  const auto to_b = talk.b->request(sip::Method::invite);
  talk.leaves(*talk.c);
  EXPECT_TRUE(talk.a->silent()) << "its answer comes first";
  for (const auto& [phone, offer] : {std::pair{talk.a, &to_a}, {talk.b, &to_b}}) {
    phone->respond(**offer, 200, description("RTP/AVP", 4000));
    phone->request(sip::Method::ack);
  }
  talk.go_back("RTP/SAVP");
  EXPECT_TRUE(talk.back_in_call());
}

TEST(ListenIn, HearsAnEncryptedCallThatStaysSoAndIsNotHeardBeforeHeIntervenes) {
  Talk talk;
  talk.breaks_in("*56100", savp(4000, 'c'));
  talk.agrees_to_encrypt(*talk.a);
  talk.agrees_to_encrypt(*talk.b);
  EXPECT_EQ(talk.told(), std::vector{Announcement::intrusion});
  talk.exchange.pass(base::Millis{1'100});
  EXPECT_EQ(talk.exchange.conferences.member(2).seat, Seat::listens);
  EXPECT_EQ(talk.conference()->room->purpose, "listen-in");
  EXPECT_TRUE(talk.conference()->room->encrypted);
  const CallView listened = *talk.conference();
  for (const LegView& leg : listened.legs) EXPECT_FALSE(leg.srtp_suite.empty());
  EXPECT_NE(talk.call().conference_reason.find("103 listens in"), std::string::npos);
  EXPECT_EQ(talk.exchange.journal.back().code, "conference.listen-in");

  talk.exchange.conferences.dial(2, "*1");
  talk.exchange.settle();
  EXPECT_EQ(talk.exchange.conferences.member(2).seat, Seat::talks);
  EXPECT_EQ(talk.exchange.journal.back().code, "conference.listen-in-heard");
  talk.a->send("INVITE", description("RTP/AVP", 4000));
  talk.a->ack(*talk.a->response(488));
  talk.leaves(*talk.c);
  talk.go_back("RTP/SAVP");
  EXPECT_TRUE(talk.back_in_call());
}

TEST(ListenIn, IsForThreeSetsThatAreAllEncryptedOrNone) {
  Talk talk;
  const std::string why = talk.refused("*56100", description("RTP/AVP", 4000));
  EXPECT_NE(why.find("encrypted is 100, 101, clear is 103"), std::string::npos) << why;
  talk.exchange.subscription("103").listen_right = false;
  talk.exchange.publish();
  EXPECT_NE(talk.refused("*57100", savp(4000, 'c')).find("no right to listen in"), std::string::npos);
}

TEST(ListenIn, IntervenesInAClearCallWithoutATone) {
  Talk talk;
  talk.exchange.services.settings.listen_tone = false;
  talk.leaves(*talk.a);
  talk.b->respond(*talk.b->request(sip::Method::bye), 200);
  for (const char* number : {"100", "101"}) talk.exchange.subscription(number).srtp_mode = store::SrtpMode::off;
  talk.exchange.publish();
  talk.a->invite("101", description("RTP/AVP", 4000));
  const auto invite = talk.b->request(sip::Method::invite);
  talk.b->respond(*invite, 200, description("RTP/AVP", 4000));
  talk.b->request(sip::Method::ack);
  talk.a->ack(*talk.a->response(200));
  EXPECT_NE(talk.refused("*57100", savp(4000, 'c')).find("encrypted is 103"), std::string::npos);
  talk.breaks_in("*57100", description("RTP/AVP", 4000));
  talk.agrees_to_clear(*talk.a);
  talk.agrees_to_clear(*talk.b);
  EXPECT_TRUE(talk.told().empty());
  talk.exchange.pass(base::Millis{1'100});
  EXPECT_EQ(talk.exchange.conferences.member(2).seat, Seat::talks);
  EXPECT_EQ(talk.conference()->room->purpose, "intervention");
  talk.leaves(*talk.c);
  talk.go_back("RTP/AVP");
}

TEST(IntrusionDialled, IsAPrefixAndANumber) {
  CallSettings settings;
  EXPECT_FALSE(intrusion_dialled(settings, "*55101"));
  settings.intrusion_prefix = "*55";
  settings.listen_prefix = "*56";
  const auto intrusion = intrusion_dialled(settings, "*55101");
  ASSERT_TRUE(intrusion);
  EXPECT_EQ(intrusion->number, "101");
  EXPECT_EQ(intrusion->kind, policy::Intrusion::intrude);
  EXPECT_EQ(intrusion_dialled(settings, "*56101")->kind, policy::Intrusion::listen_in);
  EXPECT_FALSE(intrusion_dialled(settings, "*55")) << "nobody is named";
  EXPECT_FALSE(intrusion_dialled(settings, "101"));
}

}  // namespace
}  // namespace cadenas::pbx::test
