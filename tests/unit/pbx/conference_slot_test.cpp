// Sets and channels of the TDM bus in conferences (CONF-2, CONF-3): they have no packets, so that nothing of a
// conference is clear because of them.

#include "conference_harness.hpp"
#include "pbx/conferences.hpp"

namespace cadenas::pbx::test {
namespace {

using media::CallTone;
using media::Seat;
using media::tdm::Digit;
using media::tdm::HookFlash;
using media::tdm::OffHook;
using media::tdm::OnHook;
using media::tdm::OutOfService;
using media::tdm::Ring;

/// A room, 700, and a set, 310.
struct SlotRoom : Rooms {
  explicit SlotRoom(unsigned loops = 1) : Rooms(loops), set(exchange.port("shelf/0/3", "310")) {
    add("700");
    exchange.publish();
  }
  /// The set calls the room and is in it.
  void set_enters(TdmSide& caller) {
    caller.tell(OffHook{});
    caller.dial("700");
    EXPECT_EQ(caller.hears(), std::nullopt) << "no tone: it is answered";
  }
  /// The set, which hears the dial tone, calls the phone, which answers.
  void set_calls(Phone& phone) {
    set.dial(phone.number);
    const auto invite = phone.request(sip::Method::invite);
    phone.respond(*invite, 200, savp_answer(*invite, 6000, 'c'));
    phone.request(sip::Method::ack);
  }
  FakeConferences::Member& member(std::size_t back = 0) { return exchange.conferences.member(back); }

  TdmSide set;
};

TEST(SlotMember, OfARoomLeavesItEncrypted) {
  for (const unsigned loops : {1U, 2U}) {
    SlotRoom room(loops);
    Phone& a = room.enter_encrypted("100", "700");
    Phone& b = room.enter_encrypted("101", "700", loops - 1);
    room.set_enters(room.set);
    EXPECT_EQ(room.member().seat, Seat::talks);
    EXPECT_EQ(room.exchange.tdm.members.rbegin()->second, room.set.id);
    EXPECT_TRUE(a.silent()) << "nobody is asked to be clear";
    EXPECT_TRUE(b.silent());
    EXPECT_TRUE(room.view("700").encrypted);
    EXPECT_EQ(
        room.view("700").reason,
        "Every leg of the conference can be encrypted: 2 of 2 are. Besides, 1 of its voices are in time slots, and "
        "in no packet.");
    room.exchange.tdm.ports.at(room.set.id).slot.heard = 9;
    const auto legs = room.exchange.views().at(0).legs;
    ASSERT_EQ(legs.size(), 3U);
    EXPECT_EQ(legs[2].port, "shelf/0/3");
    EXPECT_EQ(legs[2].slot_heard, 9U);
    EXPECT_FALSE(legs[2].padlock);

    room.set.tell(OnHook{});
    EXPECT_EQ(room.exchange.views().at(0).legs.size(), 2U);
    EXPECT_EQ(room.exchange.records.back().from, "310");
    room.leaves(a);
    room.leaves(b);
    EXPECT_TRUE(room.exchange.conferences.rooms.empty());
    EXPECT_EQ(room.exchange.services.active_calls.load(), 0U);
  }
}

TEST(SlotMember, IsNoReasonToRefuseWhereClearVoiceIsRefused) {
  SlotRoom room;
  room.exchange.rooms["700"].clear_members = store::ClearMembers::refuse_clear;
  room.exchange.publish();
  room.enter_encrypted("100", "700");
  room.set_enters(room.set);
  EXPECT_EQ(room.exchange.conferences.members.size(), 2U);
  EXPECT_TRUE(room.view("700").encrypted);
}

TEST(SlotMember, OfAClearRoomIsAskedForNothing) {
  SlotRoom room;
  room.set_enters(room.set);
  room.enter_clear("100", "700");
  EXPECT_FALSE(room.view("700").encrypted);
  EXPECT_EQ(room.view("700").reason.find("310"), std::string::npos) << "he who is clear is named, not the set";
  EXPECT_EQ(room.exchange.conferences.members.size(), 2U);
}

TEST(SlotMember, DialsThePinInItsVoiceOrTellsItsDigits) {
  SlotRoom room;
  room.exchange.rooms["700"].pin = pin("42");
  room.exchange.publish();
  TdmSide digital = room.exchange.port("shelf/0/4", "311", store::TdmPortKind::digital);
  room.set_enters(room.set);
  EXPECT_EQ(room.member().seat, Seat::waits);
  room.set.dial("42#");
  EXPECT_EQ(room.member().seat, Seat::waits) << "the card of an analogue set tells what its voice brings, too";
  room.exchange.conferences.dial(0, "42#");
  room.exchange.settle();
  EXPECT_EQ(room.member().seat, Seat::talks);
  room.set_enters(digital);
  EXPECT_EQ(room.member().seat, Seat::waits);
  digital.dial("42#");
  EXPECT_EQ(room.member().seat, Seat::talks);
}

TEST(SlotMember, ComesBackFromAnEnquiry) {
  SlotRoom room;
  Phone& other = room.exchange.phone("101");
  room.enter_encrypted("100", "700");
  room.set_enters(room.set);
  const auto before = room.exchange.tdm.members.rbegin()->first;
  room.set.tell(HookFlash{});
  EXPECT_EQ(room.set.hears(), CallTone::dial);
  room.set_calls(other);
  EXPECT_EQ(room.exchange.tdm.last().port, room.set.id) << "its voice is with the other call";
  other.send("BYE");
  other.response(200);
  EXPECT_EQ(room.set.hears(), CallTone::busy);
  room.set.tell(HookFlash{});
  EXPECT_EQ(room.set.hears(), std::nullopt);
  ASSERT_EQ(room.exchange.conferences.members.size(), 2U);
  EXPECT_GT(room.exchange.tdm.members.rbegin()->first, before) << "the slot is in the room again";
  EXPECT_EQ(room.member().seat, Seat::talks);
  EXPECT_TRUE(room.view("700").encrypted);
  room.set.tell(OnHook{});
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
}

TEST(SlotMember, IsCalledByTheRoom) {
  SlotRoom room;
  base::Result<void> called = base::fail("test.no-answer", "Nothing was told.");
  room.enter_encrypted("100", "700");
  Conferences::call(room.exchange.services, "700", "310", [&](base::Result<void> done) { called = std::move(done); });
  room.exchange.settle();
  ASSERT_TRUE(called);
  EXPECT_EQ(room.set.command<Ring>().calling, "700");
  EXPECT_EQ(room.view("700").called, std::vector<std::string>{"310"});
  room.set.tell(OffHook{});
  EXPECT_EQ(room.member().seat, Seat::talks);
  EXPECT_TRUE(room.view("700").called.empty());
  EXPECT_TRUE(room.view("700").encrypted);
  room.set.tell(OutOfService{"tdm.card-gone"});
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
  EXPECT_EQ(room.exchange.records.back().cause, "tdm.card-gone");
}

TEST(SlotMember, ThatIsBusyComesToNothing) {
  SlotRoom room;
  room.enter_encrypted("100", "700");
  room.set.tell(OffHook{});
  Conferences::call(room.exchange.services, "700", "310", [](const base::Result<void>&) {});
  room.exchange.settle();
  EXPECT_TRUE(room.view("700").called.empty());
  EXPECT_EQ(room.exchange.journal.back().code, "conference.call-failed");
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
}

TEST(SlotMember, IsSentIntoTheRoomByAPhone) {
  SlotRoom room;
  Phone& phone = room.exchange.phone("100");
  phone.invite("310", savp(4000, 'a'));
  room.set.command<Ring>();
  phone.response(180);
  room.set.tell(OffHook{});
  phone.ack(*phone.response(200));
  phone.send("REFER", {}, "Refer-To: <sip:700@192.0.2.1>\r\n");
  phone.response(202);
  for (int i = 0; i < 2; ++i) phone.respond(*phone.request(sip::Method::notify), 200);
  phone.respond(*phone.request(sip::Method::bye), 200);
  ASSERT_EQ(room.exchange.conferences.members.size(), 1U);
  EXPECT_EQ(room.member().seat, Seat::talks);
  EXPECT_EQ(room.exchange.tdm.open_sessions(), 0U);
  room.set.tell(OnHook{});
  EXPECT_TRUE(room.exchange.conferences.rooms.empty());
}

/// The phone is asked to send its voice to the room in place of the set, and does.
void takes_the_place(SlotRoom& room, Phone& phone) {
  room.agrees_to_encrypt(phone);
  ASSERT_EQ(room.exchange.conferences.members.size(), 2U);
  EXPECT_EQ(room.member().seat, Seat::talks) << "he whose place it is has given the PIN";
  EXPECT_TRUE(room.view("700").encrypted);
  const auto legs = room.exchange.views().at(0).legs;
  ASSERT_EQ(legs.size(), 2U);
  EXPECT_EQ(legs[1].number, phone.number);
  EXPECT_EQ(room.exchange.tdm.open_sessions(), 0U);
  room.set.tell(OffHook{});
  EXPECT_EQ(room.set.hears(), CallTone::dial) << "the set is free";
}

TEST(SlotMember, HangsUpAndGivesItsPlaceToWhomItHasOnHold) {
  SlotRoom room;
  Phone& phone = room.exchange.phone("101");
  room.enter_encrypted("100", "700");
  room.set.tell(OffHook{});
  room.set_calls(phone);
  room.set.tell(HookFlash{});
  const auto hold = phone.request(sip::Method::invite);
  phone.respond(*hold, 200, savp_answer(*hold, 6000, 'c', "recvonly"));
  phone.request(sip::Method::ack);
  room.set.dial("700");
  EXPECT_EQ(room.exchange.conferences.members.size(), 2U);
  room.set.tell(OnHook{});
  takes_the_place(room, phone);
}

TEST(SlotMember, HangsUpAndGivesItsPlaceToWhomItConsulted) {
  SlotRoom room;
  Phone& phone = room.exchange.phone("101");
  room.enter_encrypted("100", "700");
  room.set_enters(room.set);
  room.set.tell(HookFlash{});
  room.set_calls(phone);
  room.set.tell(OnHook{});
  takes_the_place(room, phone);
}

TEST(SlotMember, LeavesTheRoomWhereItsPlaceCannotBeGiven) {
  SlotRoom room;
  Phone& phone = room.exchange.phone("101");
  room.enter_encrypted("100", "700");
  room.set_enters(room.set);
  room.set.tell(HookFlash{});
  room.set_calls(phone);
  // The phone sends the set to somebody else, who rings.
  Phone& third = room.exchange.phone("102");
  phone.send("REFER", {}, "Refer-To: <sip:102@192.0.2.1>\r\n");
  phone.response(202);
  third.respond(*third.request(sip::Method::invite), 180);
  room.set.tell(OnHook{});
  EXPECT_EQ(room.exchange.conferences.members.size(), 1U);
}

TEST(SlotMember, IsBrokenInOnAndGoesBackToItsCall) {
  SlotRoom room;
  room.exchange.services.settings.intrusion_prefix = "*55";
  Phone& phone = room.exchange.phone("100");
  Phone& newcomer = room.exchange.phone("103");
  room.exchange.subscription("103").intrusion_right = true;
  room.exchange.publish();
  room.set.tell(OffHook{});
  room.set_calls(phone);

  newcomer.invite("*55100", description("RTP/AVP", 4000));
  newcomer.ack(*newcomer.response(200));
  room.agrees_to_clear(phone);
  EXPECT_EQ(room.told(), std::vector{media::Announcement::intrusion});
  room.exchange.pass(base::Millis{1'100});
  EXPECT_EQ(room.exchange.conferences.members.size(), 3U);
  EXPECT_EQ(room.exchange.tdm.open_sessions(), 0U);
  room.leaves(newcomer);
  room.agrees_to_encrypt(phone);
  EXPECT_TRUE(room.exchange.conferences.members.empty());
  EXPECT_EQ(room.exchange.tdm.open_sessions(), 1U);
  EXPECT_TRUE(room.exchange.tdm.last().leg->srtp_only);
  room.set.tell(OnHook{});
  phone.request(sip::Method::bye);
  EXPECT_EQ(room.exchange.services.active_calls.load(), 0U);
}

}  // namespace
}  // namespace cadenas::pbx::test
