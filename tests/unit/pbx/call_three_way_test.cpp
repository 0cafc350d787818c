// What becomes of the two calls of a set on the TDM bus by its hook and a digit: it releases one, changes between them,
// or makes a conference of three on the bridge (CONF-2).

#include "conference_harness.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Announcement;
using media::CallTone;
using media::Seat;
using media::tdm::HookFlash;
using media::tdm::OffHook;
using media::tdm::OnHook;
using media::tdm::Ring;
using CallSetup = media::tdm::Setup;  // not the one of a test

/// A set, 310, that calls phones, puts them on hold, and calls others.
struct Desk : Rooms {
  explicit Desk(unsigned loops = 1)
      : Rooms(loops),
        set(exchange.port("shelf/0/3", "310")),
        first(&exchange.phone("100")),
        second(&exchange.phone("101", sip::Transport::tls, loops - 1)) {}

  /// The set dials a phone, which answers with a key, or in clear.
  void calls(Phone& phone) {
    set.dial(phone.number);
    const auto invite = phone.request(sip::Method::invite);
    phone.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
    phone.request(sip::Method::ack);
  }
  void is_held(Phone& phone) {
    const auto hold = phone.request(sip::Method::invite);
    EXPECT_EQ(sdp_of(*hold).direction_of(sdp_of(*hold).media[0]), sip::Direction::sendonly);
    phone.respond(*hold, 200, savp_answer(*hold, 5000, 'b', "recvonly"));
    phone.request(sip::Method::ack);
  }
  void is_taken_back(Phone& phone) {
    const auto back = phone.request(sip::Method::invite);
    EXPECT_EQ(sdp_of(*back).direction_of(sdp_of(*back).media[0]), sip::Direction::sendrecv);
    phone.respond(*back, 200, savp_answer(*back, 5000, 'd'));
    phone.request(sip::Method::ack);
  }
  /// Has `first` on hold and speaks with `second`.
  void consults() {
    set.tell(OffHook{});
    calls(*first);
    set.tell(HookFlash{});
    is_held(*first);
    calls(*second);
  }
  void recalls(char digit) {
    set.tell(HookFlash{});
    EXPECT_EQ(set.hears(), CallTone::dial);
    set.dial(std::string(1, digit));
  }
  /// The conference of three, if there is one.
  RoomView three() {
    for (const CallView& view : exchange.views()) {
      if (view.room && view.room->purpose == "three-way") return *view.room;
    }
    return {};
  }
  void confers() {
    consults();
    recalls('3');
    agrees_to_encrypt(*second, 'm');
    agrees_to_encrypt(*first);
    ASSERT_EQ(exchange.conferences.members.size(), 3U);
  }
  std::size_t members() { return exchange.conferences.members.size(); }

  TdmSide set;
  Phone* first;
  Phone* second;
};

TEST(RegisterRecall, ChangesBetweenTheTwoByTheDigitByTheHookAndByItself) {
  Desk desk;
  desk.consults();
  desk.recalls('2');
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.is_held(*desk.second);
  desk.is_taken_back(*desk.first);

  desk.set.tell(HookFlash{});
  desk.set.tell(HookFlash{});
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.is_held(*desk.first);
  desk.is_taken_back(*desk.second);

  desk.set.tell(HookFlash{});
  EXPECT_TRUE(desk.second->silent());
  desk.exchange.pass(desk.exchange.services.tdm_settings.flash_digit);
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.is_held(*desk.second);
  desk.is_taken_back(*desk.first);
}

TEST(RegisterRecall, ChangesAtOnceWhereNoDigitIsWaitedFor) {
  Desk desk;
  desk.exchange.services.tdm_settings.flash_digit = base::Millis{0};
  desk.consults();
  desk.set.tell(HookFlash{});
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.is_held(*desk.second);
  desk.is_taken_back(*desk.first);
}

TEST(RegisterRecall, ReleasesTheOneAndTakesTheOtherBack) {
  Desk desk;
  desk.consults();
  desk.recalls('1');
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.second->respond(*desk.second->request(sip::Method::bye), 200);
  desk.is_taken_back(*desk.first);
  EXPECT_EQ(desk.exchange.counts().calls, 1U);
  EXPECT_EQ(desk.exchange.records.at(0).cause, "bye");
}

TEST(RegisterRecall, OfAnotherDigitChangesNothing) {
  Desk desk;
  desk.consults();
  desk.recalls('7');
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  EXPECT_TRUE(desk.first->silent());
  EXPECT_TRUE(desk.second->silent());
  desk.recalls('2');
  desk.is_held(*desk.second);
}

TEST(RegisterRecall, EndsWithTheOneItSpeaksWithOrGoesOnWithoutTheOneOnHold) {
  Desk desk;
  desk.consults();
  desk.set.tell(HookFlash{});
  desk.leaves(*desk.second);
  EXPECT_EQ(desk.set.hears(), CallTone::busy);
  desk.exchange.pass(base::Millis{10'000});
  EXPECT_EQ(desk.set.hears(), CallTone::busy) << "its time does not run on";
  desk.set.tell(HookFlash{});
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.is_taken_back(*desk.first);

  Desk other;
  other.consults();
  other.set.tell(HookFlash{});
  other.leaves(*other.first);
  EXPECT_EQ(other.set.hears(), std::nullopt);
  other.exchange.pass(base::Millis{10'000});
  EXPECT_TRUE(other.second->silent());
  EXPECT_EQ(other.exchange.counts().calls, 1U);
}

TEST(RegisterRecall, OfASetThatHangsUpJoinsTheTwo) {
  Desk desk;
  desk.consults();
  desk.set.tell(HookFlash{});
  desk.set.tell(OnHook{});
  desk.is_taken_back(*desk.second);
  desk.is_taken_back(*desk.first);
  EXPECT_EQ(desk.exchange.counts().calls, 1U);
  desk.exchange.pass(base::Millis{10'000});
  EXPECT_EQ(desk.set.hears(), std::nullopt);
}

TEST(ThreeWayOfASet, IsAnEncryptedConferenceOnTheBridge) {
  for (const unsigned loops : {1U, 2U}) {
    Desk desk(loops);
    desk.consults();
    desk.recalls('3');
    EXPECT_EQ(desk.set.hears(), std::nullopt);
    ASSERT_EQ(desk.members(), 3U);
    EXPECT_EQ(desk.exchange.conferences.member(2).seat, Seat::talks) << "the set, which has agreed at once";
    EXPECT_EQ(desk.exchange.conferences.member(1).seat, Seat::waits) << "its voice still goes to the call";
    desk.agrees_to_encrypt(*desk.second, 'm');
    desk.agrees_to_encrypt(*desk.first);
    for (const std::size_t back : {0U, 1U, 2U}) EXPECT_EQ(desk.exchange.conferences.member(back).seat, Seat::talks);
    EXPECT_TRUE(desk.exchange.conferences.member(0).leg->srtp_only);
    EXPECT_TRUE(desk.exchange.conferences.member(1).leg->srtp_only);
    EXPECT_EQ(desk.exchange.tdm.members.rbegin()->second, desk.set.id);
    EXPECT_TRUE(desk.three().encrypted);
    EXPECT_EQ(
        desk.three().reason,
        "Every leg of the conference can be encrypted: 2 of 2 are. Besides, 1 of its voices are in time slots, and "
        "in no packet.");
    const auto views = desk.exchange.views();
    ASSERT_EQ(views.size(), 1U) << "the two calls are this one now";
    EXPECT_EQ(views[0].from, "Three-way call of 310");
    EXPECT_EQ(views[0].legs.at(0).number, "310") << "who made it is the first, and may lock it";
    EXPECT_EQ(desk.exchange.tdm.open_sessions(), 0U);
    ASSERT_EQ(desk.exchange.records.size(), 2U);
    for (const auto& record : desk.exchange.records) EXPECT_EQ(record.cause, "conference");

    desk.leaves(*desk.first);
    EXPECT_EQ(desk.members(), 2U) << "the set and the other speak on";
    desk.leaves(*desk.second);
    EXPECT_EQ(desk.set.hears(), CallTone::busy);
    desk.set.tell(OnHook{});
    EXPECT_TRUE(desk.exchange.conferences.rooms.empty());
    EXPECT_EQ(desk.exchange.counts().legs, 0U);
    EXPECT_EQ(desk.exchange.services.active_calls.load(), 0U);
  }
}

TEST(ThreeWayOfASet, GoesOnWithoutTheSetUntilOneOfTheTwoLeaves) {
  Desk desk;
  desk.confers();
  desk.set.tell(OnHook{});
  EXPECT_EQ(desk.members(), 2U);
  EXPECT_TRUE(desk.first->silent());
  EXPECT_TRUE(desk.second->silent());
  EXPECT_TRUE(desk.three().encrypted);
  desk.set.tell(OffHook{});
  EXPECT_EQ(desk.set.hears(), CallTone::dial) << "the set is free";
  desk.leaves(*desk.first);
  desk.second->respond(*desk.second->request(sip::Method::bye), 200);
  EXPECT_TRUE(desk.exchange.conferences.rooms.empty());
}

TEST(ThreeWayOfASet, FallsBackToClearWhereOneIsClearAndIsEncryptedAgainWithoutHim) {
  Desk desk;
  desk.set.tell(OffHook{});
  desk.calls(*desk.first);
  desk.set.tell(HookFlash{});
  desk.is_held(*desk.first);
  desk.exchange.subscription("101").encryption_right = false;
  desk.exchange.publish();
  desk.set.dial("101");
  const auto invite = desk.second->request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*invite).media[0].proto, "RTP/AVP");
  desk.second->respond(*invite, 200, description("RTP/AVP", 4000));
  desk.second->request(sip::Method::ack);
  desk.recalls('3');
  desk.agrees_to_encrypt(*desk.first);
  desk.agrees_to_clear(*desk.second);
  desk.agrees_to_clear(*desk.first);
  EXPECT_FALSE(desk.three().encrypted);
  EXPECT_NE(desk.three().reason.find("101 cannot encrypt"), std::string::npos) << desk.three().reason;
  EXPECT_EQ(desk.told(), std::vector{Announcement::clear});
  desk.leaves(*desk.second);
  desk.agrees_to_encrypt(*desk.first);
  EXPECT_TRUE(desk.three().encrypted);
}

TEST(ThreeWayOfASet, IsRefusedWhereOneIsClearAndTheOtherTakesEncryptedVoiceOnly) {
  Desk desk;
  desk.exchange.subscription("100").srtp_mode = store::SrtpMode::only;
  desk.exchange.subscription("101").encryption_right = false;
  desk.exchange.publish();
  desk.set.tell(OffHook{});
  desk.calls(*desk.first);
  desk.set.tell(HookFlash{});
  desk.is_held(*desk.first);
  desk.set.dial("101");
  const auto invite = desk.second->request(sip::Method::invite);
  desk.second->respond(*invite, 200, description("RTP/AVP", 4000));
  desk.second->request(sip::Method::ack);

  desk.recalls('3');
  EXPECT_EQ(desk.set.hears(), CallTone::congestion);
  EXPECT_TRUE(desk.first->silent());
  EXPECT_TRUE(desk.second->silent());
  EXPECT_EQ(desk.exchange.counts().calls, 2U);
  EXPECT_TRUE(desk.exchange.conferences.rooms.empty());
  desk.exchange.pass(base::Millis{2'000});
  EXPECT_EQ(desk.set.hears(), std::nullopt) << "it speaks with 101 as before";
  desk.recalls('1');
  desk.second->respond(*desk.second->request(sip::Method::bye), 200);
  desk.is_taken_back(*desk.first);
}

TEST(ThreeWayOfASet, IsRefusedWhileOneOfItsCallsIsBeingChanged) {
  Desk desk;
  desk.consults();
  desk.recalls('2');
  desk.is_held(*desk.second);
  // It is asked to come back from hold, and has not answered yet.
  const auto back = desk.first->request(sip::Method::invite);
  desk.recalls('3');
  EXPECT_EQ(desk.set.hears(), CallTone::congestion);
  desk.set.tell(HookFlash{});
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  desk.first->respond(*back, 200, savp_answer(*back, 5000, 'd'));
  desk.first->request(sip::Method::ack);
  desk.recalls('3');
  EXPECT_EQ(desk.members(), 3U);
}

TEST(ThreeWayOfASet, LetsGoOfAPhoneThatRefusesTheBridge) {
  Desk desk;
  desk.consults();
  desk.recalls('3');
  const auto offer = desk.first->request(sip::Method::invite);
  desk.first->respond(*offer, 488);
  desk.first->request(sip::Method::ack);
  desk.first->respond(*desk.first->request(sip::Method::bye), 200);
  desk.agrees_to_encrypt(*desk.second);
  EXPECT_EQ(desk.members(), 2U);
  EXPECT_EQ(desk.exchange.conferences.member(0).seat, Seat::talks);
}

TEST(ThreeWayOfASet, OfThreeSetsIsInNoPacket) {
  Desk desk;
  TdmSide hall = desk.exchange.port("shelf/0/4", "311");
  TdmSide shop = desk.exchange.port("shelf/0/5", "312", store::TdmPortKind::digital);
  desk.set.tell(OffHook{});
  desk.set.dial("311");
  hall.command<Ring>();
  hall.tell(OffHook{});
  desk.set.tell(HookFlash{});
  desk.set.dial("312");
  shop.command<Ring>();
  shop.tell(OffHook{});
  desk.recalls('3');
  EXPECT_EQ(desk.exchange.tdm.members.size(), 3U);
  EXPECT_EQ(desk.members(), 3U);
  EXPECT_TRUE(desk.exchange.tdm.joined.empty());
  EXPECT_TRUE(desk.three().encrypted);
  desk.set.tell(OnHook{});
  EXPECT_EQ(desk.members(), 2U);
  hall.tell(OnHook{});
  EXPECT_EQ(shop.hears(), CallTone::busy);
  EXPECT_EQ(desk.exchange.services.active_calls.load(), 0U);
}

TEST(ThreeWayOfASet, OfTwoOutsideEndsWithTheSet) {
  Desk desk;
  TdmSide line = desk.exchange.channel("shelf/1/1", "0", 1);
  TdmSide other_line = desk.exchange.channel("shelf/1/2", "0", 1);
  desk.set.tell(OffHook{});
  desk.set.dial("0555#");
  line.command<CallSetup>();
  line.tell(media::tdm::Answer{});
  desk.set.tell(HookFlash{});
  desk.set.dial("0556#");
  other_line.command<CallSetup>();
  other_line.tell(media::tdm::Answer{});
  desk.recalls('3');
  ASSERT_EQ(desk.members(), 3U);
  desk.set.tell(OnHook{});
  line.command<media::tdm::Release>();
  other_line.command<media::tdm::Release>();
  EXPECT_TRUE(desk.exchange.conferences.rooms.empty()) << "they would speak at our expense, with nobody here";
}

TEST(ThreeWayOfASet, TakesAFourthInFromAnEnquiry) {
  Desk desk;
  Phone& fourth = desk.exchange.phone("102");
  desk.confers();
  desk.set.tell(HookFlash{});
  EXPECT_EQ(desk.set.hears(), CallTone::dial);
  desk.calls(fourth);
  desk.recalls('3');
  desk.agrees_to_encrypt(fourth);
  EXPECT_EQ(desk.members(), 4U);
  EXPECT_EQ(desk.set.hears(), std::nullopt);
  EXPECT_EQ(desk.exchange.tdm.members.rbegin()->second, desk.set.id);
  EXPECT_EQ(desk.exchange.tdm.open_sessions(), 0U);
  desk.set.tell(OnHook{});
  EXPECT_EQ(desk.members(), 3U);
}

TEST(ThreeWayOfASet, TakesNoFourthInWhoIsClearBesideOneThatTakesEncryptedVoiceOnly) {
  Desk desk;
  Phone& fourth = desk.exchange.phone("102");
  desk.exchange.subscription("100").srtp_mode = store::SrtpMode::only;
  desk.exchange.subscription("102").encryption_right = false;
  desk.exchange.publish();
  desk.confers();
  desk.set.tell(HookFlash{});
  desk.set.dial("102");
  const auto invite = fourth.request(sip::Method::invite);
  fourth.respond(*invite, 200, description("RTP/AVP", 4000));
  fourth.request(sip::Method::ack);
  desk.recalls('3');
  EXPECT_EQ(desk.set.hears(), CallTone::congestion);
  EXPECT_TRUE(fourth.silent());
  EXPECT_TRUE(desk.three().encrypted);
  EXPECT_EQ(desk.exchange.counts().calls, 1U) << "the call of the fourth is as it was";
}

TEST(ThreeWayOfASet, TakesNoFourthInWhereItIsLocked) {
  Desk desk;
  Phone& fourth = desk.exchange.phone("102");
  desk.confers();
  desk.exchange.conferences.dial(2, "*5");  // the set, which came first
  ASSERT_TRUE(desk.three().locked);
  desk.set.tell(HookFlash{});
  desk.calls(fourth);
  desk.recalls('3');
  EXPECT_EQ(desk.set.hears(), CallTone::congestion);
  EXPECT_TRUE(fourth.silent());
  EXPECT_EQ(desk.exchange.counts().calls, 1U);
}

TEST(ThreeWayOfASet, BringsWhoIsOnHoldIntoTheRoomThatItSpeaksIn) {
  Desk desk;
  desk.add("700");
  desk.exchange.publish();
  Phone& there = desk.enter_encrypted("103", "700");
  desk.set.tell(OffHook{});
  desk.calls(*desk.first);
  desk.set.tell(HookFlash{});
  desk.is_held(*desk.first);
  desk.set.dial("700");
  desk.recalls('3');
  desk.agrees_to_encrypt(*desk.first);
  EXPECT_EQ(desk.members(), 3U);
  EXPECT_TRUE(desk.view("700").encrypted);
  EXPECT_TRUE(there.silent());
  desk.set.tell(OnHook{});
  EXPECT_EQ(desk.members(), 2U);
  EXPECT_TRUE(desk.first->silent()) << "a room goes on, whoever leaves";
  desk.leaves(there);
  EXPECT_EQ(desk.members(), 1U);
}

TEST(ThreeWayOfASet, BringsNobodyClearIntoARoomThatRefusesIt) {
  Desk desk;
  desk.add("700").clear_members = store::ClearMembers::refuse_clear;
  desk.exchange.subscription("100").encryption_right = false;
  desk.exchange.publish();
  desk.set.tell(OffHook{});
  desk.set.dial("100");
  const auto invite = desk.first->request(sip::Method::invite);
  desk.first->respond(*invite, 200, description("RTP/AVP", 4000));
  desk.first->request(sip::Method::ack);
  desk.set.tell(HookFlash{});
  const auto hold = desk.first->request(sip::Method::invite);
  desk.first->respond(*hold, 200, description("RTP/AVP", 4000, {}, "recvonly"));
  desk.first->request(sip::Method::ack);
  desk.set.dial("700");
  desk.recalls('3');
  EXPECT_EQ(desk.set.hears(), CallTone::congestion);
  EXPECT_TRUE(desk.first->silent());
  EXPECT_EQ(desk.members(), 1U);
}

}  // namespace
}  // namespace cadenas::pbx::test
