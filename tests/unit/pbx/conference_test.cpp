// Conferences that are called by a number (CONF-1, CONF-4, CONF-7).

#include "conference_harness.hpp"
#include "pbx/room_keypad.hpp"

namespace cadenas::pbx::test {
namespace {

using media::Announcement;
using media::Seat;

const std::string number = "700";

/// One room, and who enters it.
struct Room : Rooms {
  explicit Room(unsigned loops = 1) : Rooms(loops) {
    add(number).name = "Board";
    exchange.publish();
  }
  store::ConferenceRoom& settings() { return exchange.rooms[number]; }
  Phone& enter(const std::string& who, const std::string& sdp, unsigned loop = 0) {
    return Rooms::enter(who, number, sdp, loop);
  }
  Phone& enter_encrypted(const std::string& who, unsigned loop = 0) {
    return Rooms::enter_encrypted(who, number, loop);
  }
  Phone& enter_clear(const std::string& who, unsigned loop = 0) { return Rooms::enter_clear(who, number, loop); }
  RoomView view() { return Rooms::view(number); }
};

TEST(Conference, IsEncryptedWhileAllMembersAreEachWithItsOwnKeys) {
  for (const unsigned loops : {1U, 2U}) {
    Room room(loops);
    room.enter_encrypted("100");
    room.enter_encrypted("101", loops - 1);
    room.enter_encrypted("102");
    const auto views = room.exchange.views();
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views[0].to, number);
    ASSERT_EQ(views[0].legs.size(), 3U);
    EXPECT_TRUE(room.view().encrypted);
    EXPECT_EQ(room.view().reason, "Every leg of the conference can be encrypted: 3 of 3 are.");
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_FALSE(views[0].legs[i].srtp_suite.empty());
      const auto& leg = room.exchange.conferences.member(i).leg;
      ASSERT_TRUE(leg && leg->send && leg->receive);
      EXPECT_TRUE(leg->srtp_only);
      EXPECT_FALSE(*leg->send == *room.exchange.conferences.member((i + 1) % 3).leg->send);
    }
    EXPECT_EQ(room.told(), std::vector(3, Announcement::joined));
    EXPECT_TRUE(room.exchange.journal.empty());
  }
}

TEST(Conference, FallsBackToClearWithAClearMemberAndIsEncryptedAgainWithoutHim) {
  Room room;
  Phone& a = room.enter_encrypted("100");
  Phone& b = room.enter_encrypted("101");
  const auto key_before = room.exchange.conferences.member(1).leg->send->clone();
  room.told();
  Phone& c = room.enter_clear("102");
  EXPECT_EQ(room.told(), (std::vector{Announcement::joined, Announcement::clear}));
  EXPECT_FALSE(room.view().encrypted);
  room.agrees_to_clear(a);
  room.agrees_to_clear(b);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(room.exchange.conferences.member(i).leg->send);
  ASSERT_EQ(room.exchange.journal.size(), 1U);
  EXPECT_EQ(room.exchange.journal[0].code, "conference.clear");
  EXPECT_EQ(room.exchange.journal[0].subject, number);
  EXPECT_NE(room.exchange.journal[0].message.find("102 cannot encrypt"), std::string::npos);
  EXPECT_NE(room.exchange.views().at(0).legs.at(0).reason.find("102 cannot encrypt"), std::string::npos);

  room.leaves(c);
  EXPECT_EQ(room.told(), (std::vector{Announcement::left, Announcement::encrypted}));
  room.agrees_to_encrypt(a);
  room.agrees_to_encrypt(b);
  EXPECT_TRUE(room.view().encrypted);
  EXPECT_EQ(room.view().reason, "Every leg of the conference can be encrypted: 2 of 2 are.");
  ASSERT_TRUE(room.exchange.conferences.member(1).leg->send);
  EXPECT_FALSE(*room.exchange.conferences.member(1).leg->send == key_before) << "a key never comes back";
  EXPECT_EQ(room.exchange.journal.at(1).code, "conference.encrypted");
}

TEST(Conference, RefusesAClearMemberWithTheReasonWhereThatIsItsRule) {
  Room room;
  room.settings().clear_members = store::ClearMembers::refuse_clear;
  room.exchange.publish();
  room.enter_encrypted("100");
  Phone& clear = room.exchange.phone("101", sip::Transport::udp);
  clear.invite(number, description("RTP/AVP", 4000));
  const auto refusal = clear.response(488);
  EXPECT_NE(refusal->value(sip::HeaderId::warning).find("encrypted voice only"), std::string_view::npos);
  EXPECT_TRUE(room.view().encrypted);
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
  EXPECT_EQ(room.exchange.records.at(0).cause, "refused 488");
}

TEST(Conference, HoldsAMemberToItsEncryptionWhereClearVoiceIsRefused) {
  Room room;
  room.settings().clear_members = store::ClearMembers::refuse_clear;
  room.exchange.publish();
  Phone& a = room.enter_encrypted("100");
  a.send("INVITE", description("RTP/AVP", 4000));
  a.ack(*a.response(488));
  EXPECT_TRUE(room.view().encrypted);
  EXPECT_TRUE(room.exchange.conferences.member().leg->send);
}

TEST(Conference, AsksWhoCouldEncryptToBeClearWhereTheOthersAre) {
  Room room;
  room.enter_clear("100");
  Phone& b = room.enter_encrypted("101");
  room.exchange.pass(base::Millis{1'000});
  room.agrees_to_clear(b);
  EXPECT_FALSE(room.view().encrypted);
  EXPECT_FALSE(room.exchange.conferences.member().leg->send);
}

TEST(Conference, LeavesWhoRefusesToBeClearItsKeyAndSaysWhoIsClear) {
  Room room;
  Phone& a = room.enter_encrypted("100");
  room.enter_clear("101");
  const auto offer = a.request(sip::Method::invite);
  a.respond(*offer, 488);
  a.request(sip::Method::ack);
  EXPECT_TRUE(room.exchange.conferences.member(1).leg->send);
  const auto view = room.exchange.views().at(0);
  EXPECT_FALSE(view.legs.at(0).srtp_suite.empty()) << "the padlock speaks of its own leg";
  EXPECT_FALSE(view.room->encrypted) << "and the system of the whole";
}

TEST(Conference, StaysClearWhereAPhoneRefusesToEncryptAgain) {
  Room room;
  Phone& a = room.enter_encrypted("100");
  Phone& b = room.enter_encrypted("101");
  Phone& c = room.enter_clear("102");
  room.agrees_to_clear(a);
  room.agrees_to_clear(b);
  room.leaves(c);
  const auto offer = a.request(sip::Method::invite);
  a.respond(*offer, 488);
  a.request(sip::Method::ack);
  EXPECT_FALSE(room.view().encrypted);
  EXPECT_NE(room.view().reason.find("100 cannot encrypt"), std::string::npos);
  // The other one was on its way to encryption and is asked back.
  room.agrees_to_encrypt(b);
  room.agrees_to_clear(b);
  EXPECT_FALSE(room.exchange.conferences.member().leg->send);
}

TEST(Conference, LetsNobodyInWithoutThePin) {
  Room room;
  room.settings().asks_pin = true;
  room.settings().pin = pin("4711");
  room.exchange.publish();
  Phone& a = room.enter_encrypted("100");
  EXPECT_EQ(room.exchange.conferences.member().seat, Seat::waits);
  EXPECT_EQ(room.view().waiting, std::vector<std::string>{"100"});
  room.exchange.conferences.dial(0, "4712#4711#");
  room.exchange.settle();
  EXPECT_EQ(room.exchange.conferences.member().seat, Seat::talks);
  EXPECT_TRUE(room.view().waiting.empty());

  Phone& stranger = room.enter_clear("101");
  EXPECT_TRUE(room.view().encrypted) << "who is not in yet turns nobody to clear";
  room.exchange.conferences.dial(0, "1#22222222222222222222#0000#");
  stranger.respond(*stranger.request(sip::Method::bye), 200);
  EXPECT_EQ(room.exchange.records.at(0).cause, "wrong PIN");

  Phone& silent = room.enter_clear("102");
  room.exchange.pass(base::Millis{31'000});
  silent.respond(*silent.request(sip::Method::bye), 200);
  EXPECT_EQ(room.exchange.records.at(1).cause, "no PIN");
  EXPECT_TRUE(a.silent());
}

TEST(Conference, IsLockedByTheFirstWhoJoinedAlone) {
  Room room;
  room.enter_encrypted("100");
  room.enter_encrypted("101");
  room.exchange.conferences.dial(0, "*5");
  EXPECT_FALSE(room.view().locked);
  room.exchange.conferences.dial(1, "*5");
  EXPECT_TRUE(room.view().locked);
  Phone& late = room.exchange.phone("102");
  late.invite(number, savp(4000, 'a'));
  late.response(403);
  room.exchange.conferences.dial(1, "*5");
  room.exchange.settle();
  late.ack(*[&] {
    late.invite(number, savp(4000, 'a'));
    return late.response(200);
  }());
  EXPECT_EQ(room.exchange.conferences.members.size(), 3U);
}

TEST(Conference, MutesAndDismissesByKeypad) {
  Room room;
  Phone& a = room.enter_encrypted("100");
  room.exchange.conferences.dial(0, "*1");
  room.exchange.settle();
  EXPECT_EQ(room.exchange.conferences.member().seat, Seat::listens);
  room.exchange.conferences.dial(0, "1*1");
  room.exchange.settle();
  EXPECT_EQ(room.exchange.conferences.member().seat, Seat::talks);
  room.exchange.conferences.dial(0, "*0");
  a.respond(*a.request(sip::Method::bye), 200);
  EXPECT_TRUE(room.exchange.conferences.rooms.empty());
  EXPECT_EQ(room.exchange.records.at(0).cause, "left by keypad");
  EXPECT_EQ(room.exchange.counts().legs, 0U);
  EXPECT_EQ(room.exchange.services.active_calls.load(), 0U);
}

TEST(Conference, OffersItsVoiceToWhoCallsWithoutADescription) {
  Room room;
  Phone& a = room.exchange.phone("100");
  a.invite(number, {});
  const auto ok = a.response(200);
  a.ack(*ok, description("RTP/AVP", 4000, {answering_crypto(*ok, 'z')}));
  ASSERT_TRUE(room.exchange.conferences.member().leg);
  EXPECT_TRUE(room.exchange.conferences.member().leg->send);
  EXPECT_TRUE(room.view().encrypted);
}

TEST(Conference, AnswersHoldAndANewKeyOfAMember) {
  Room room;
  Phone& a = room.enter_encrypted("100");
  EXPECT_EQ(room.exchange.conferences.member().leg->direction, media::Direction::send_receive);
  const auto before = room.exchange.conferences.member().leg->receive->clone();
  a.send("INVITE", savp(4000, 'k', "inactive"));
  const auto ok = a.response(200);
  a.ack(*ok);
  const sip::Sdp answer = sdp_of(*ok);
  EXPECT_EQ(answer.direction_of(answer.media.at(0)), sip::Direction::inactive);
  EXPECT_EQ(room.exchange.conferences.member().leg->direction, media::Direction::inactive);
  EXPECT_FALSE(*room.exchange.conferences.member().leg->receive == before);
}

TEST(Conference, AnswersWithOneCodecItCanMixAndTheEventsBesideIt) {
  Room room;
  room.enter("100",
             description("RTP/SAVP", 4000, {crypto(1, "AES_CM_128_HMAC_SHA1_80", 'a')}, "sendrecv", "18 9 8 101"));
  const media::MemberAudio& audio = room.exchange.conferences.member().audio;
  EXPECT_EQ(audio.sends.codec, media::Codec::g722);
  Phone& deaf = room.exchange.phone("101");
  deaf.invite(number, description("RTP/AVP", 4000, {}, "sendrecv", "18"));
  deaf.response(488);
}

TEST(Conference, EndsForAllWhenTheAdministratorHangsUp) {
  Room room(2);
  Phone& a = room.enter_encrypted("100");
  Phone& b = room.enter_encrypted("101", 1);
  Calls::hang_up(room.exchange.services, room.exchange.views().at(0).id);
  for (Phone* phone : {&a, &b}) phone->respond(*phone->request(sip::Method::bye), 200);
  EXPECT_TRUE(room.exchange.views().empty());
  EXPECT_EQ(room.exchange.records.at(1).cause, "ended by the administrator");
}

TEST(RoomKeypad, TakesThePinOnceAndThenWishes) {
  RoomKeypad keypad(pin("123456789012"));
  for (const char digit : std::string("12345678901")) EXPECT_FALSE(keypad.dial(digit));
  EXPECT_FALSE(keypad.dial('#')) << "one digit is missing";
  for (const char digit : std::string("1234567890123")) EXPECT_FALSE(keypad.dial(digit));
  EXPECT_FALSE(keypad.dial('#')) << "one too many";
  for (const char digit : std::string("123456789012")) EXPECT_FALSE(keypad.dial(digit));
  EXPECT_EQ(keypad.dial('#'), RoomKeypad::Wish::enter);
  EXPECT_FALSE(keypad.dial('0')) << "a digit alone is no wish";
  EXPECT_FALSE(keypad.dial('*'));
  EXPECT_EQ(keypad.dial('0'), RoomKeypad::Wish::leave);
}

}  // namespace
}  // namespace cadenas::pbx::test
