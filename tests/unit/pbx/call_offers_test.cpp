// Offers within a call: hold, resume, codecs, ports, keys, glare, delayed offers (RFC 3264 §8, RFC 3261 §14).

#include <cstdint>
#include <memory>
#include <span>

#include "call_harness.hpp"
#include "media/session.hpp"

namespace cadenas::pbx::test {
namespace {

struct Connected {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  Connected() { connect(a, b); }
  FakeMedia::Session& media() { return exchange.media.last(); }
  void hang_up() {
    a.send("BYE");
    a.response(200);
    b.respond(*b.request(sip::Method::bye), 200);
    EXPECT_EQ(exchange.counts().legs, 0U);
    EXPECT_EQ(exchange.counts().calls, 0U);
    EXPECT_EQ(exchange.media.open_sessions(), 0U);
  }
};

TEST(CallOffers, HoldAndResumeWithTheDirectionsOfRfc3264) {
  Connected t;
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto hold = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*hold).direction_of(sdp_of(*hold).media[0]), sip::Direction::sendonly);
  EXPECT_EQ(sdp_of(*hold).media[0].proto, "RTP/SAVP");
  t.b.respond(*hold, 200, savp_answer(*hold, 5000, 'b', "recvonly"));
  t.b.request(sip::Method::ack);
  const auto held = t.a.response(200);
  EXPECT_EQ(sdp_of(*held).direction_of(sdp_of(*held).media[0]), sip::Direction::recvonly);
  t.a.ack(*held);
  EXPECT_EQ(t.media().legs.at(media::Side::a).direction, media::Direction::receive_only);
  EXPECT_EQ(t.media().legs.at(media::Side::b).direction, media::Direction::send_only);

  t.a.send("INVITE", savp(4000, 'a'));
  const auto resume = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*resume).direction_of(sdp_of(*resume).media[0]), sip::Direction::sendrecv);
  t.b.respond(*resume, 200, savp_answer(*resume, 5000, 'b'));
  t.a.ack(*t.a.response(200));
  EXPECT_EQ(t.media().legs.at(media::Side::a).direction, media::Direction::send_receive);
  EXPECT_EQ(t.media().legs.at(media::Side::b).direction, media::Direction::send_receive);
  t.b.request(sip::Method::ack);
  t.hang_up();
}

TEST(CallOffers, ReadTheNullAddressAsHold) {  // RFC 2543
  Connected t;
  std::string sdp = savp(4000, 'a');
  sdp.replace(sdp.find("c=IN IP4 198.51.100.9"), 21, "c=IN IP4 0.0.0.0");
  t.a.send("INVITE", sdp);
  const auto hold = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*hold).direction_of(sdp_of(*hold).media[0]), sip::Direction::sendonly);
  EXPECT_FALSE(sdp_of(*hold).has_null_address(sdp_of(*hold).media[0]));
}

TEST(CallOffers, KeepAnAddressChangeToTheLegItConcerns) {
  Connected t;
  const auto before = base::to_hex(t.media().legs.at(media::Side::a).send->keying.view());
  t.a.send("INVITE", savp(4500, 'a'));
  t.a.ack(*t.a.response(200));
  EXPECT_TRUE(t.b.silent()) << t.b.inbox();
  EXPECT_EQ(t.media().legs.at(media::Side::a).remote_rtp.port(), 4500);
  EXPECT_EQ(base::to_hex(t.media().legs.at(media::Side::a).send->keying.view()), before) << "our key goes on";
  t.hang_up();
}

TEST(CallOffers, TakeANewKeyOfThePhone) {  // RFC 4568 §7.1.4
  Connected t;
  t.a.send("INVITE", savp(4000, 'x'));
  t.a.ack(*t.a.response(200));
  EXPECT_EQ(t.media().legs.at(media::Side::a).receive->keying.view()[0], 'x');
}

/// A board's session as the call has set it up by now.
void configure(media::Session& session, FakeMedia::Session& told) {
  for (auto& [side, leg] : told.legs) {
    media::LegMedia copy;
    copy.remote_rtp = leg.remote_rtp;
    if (leg.receive) copy.receive = leg.receive->clone();
    if (leg.send) copy.send = leg.send->clone();
    copy.srtp_only = leg.srtp_only;
    copy.direction = leg.direction;
    session.configure(side, std::move(copy));
  }
}

TEST(CallOffers, LoseNoVoiceWhenThePhoneChangesItsKey) {  // RFC 4568 §7.1.4
  for (const char* suite : {"AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"}) {
    Connected t;
    const auto counters = std::make_shared<media::SessionCounters>();
    media::Session session(counters);
    configure(session, t.media());
    media::SrtpReceiver b_hears(*t.media().legs.at(media::Side::b).send);
    std::uint16_t sequence = 0;
    const auto talk = [&](media::SrtpSender& a) {
      base::Bytes packet(200);
      packet[0] = 0x80;
      packet[3] = static_cast<std::uint8_t>(++sequence);
      std::size_t octets = 172;
      ASSERT_EQ(a.protect(packet, octets), media::SrtpStatus::ok);
      const auto out = session.relay(media::Side::a, media::Protocol::rtp, packet, octets,
                                     t.media().legs.at(media::Side::a).remote_rtp, base::SteadyTime{});
      ASSERT_TRUE(out) << sequence;
      EXPECT_EQ(b_hears.open(std::span(packet).first(out->octets), media::Opening::decrypt).status,
                media::SrtpStatus::ok);
    };
    media::SrtpSender before(*t.media().legs.at(media::Side::a).receive);
    for (int i = 0; i < 5; ++i) talk(before);

    t.a.send("INVITE", description("RTP/SAVP", 4000, {crypto(1, suite, 'x')}));
    const auto ok = t.a.response(200);
    EXPECT_EQ(sdp_of(*ok).media[0].cryptos().at(0).suite_name, suite);
    t.a.ack(*ok);
    EXPECT_TRUE(t.b.silent()) << "a key is each leg's own";
    configure(session, t.media());
    for (int i = 0; i < 5; ++i) talk(before);
    media::SrtpSender after(*t.media().legs.at(media::Side::a).receive);
    EXPECT_EQ(t.media().legs.at(media::Side::a).receive->keying.view()[0], 'x');
    for (int i = 0; i < 5; ++i) talk(after);
    const auto heard = counters->read().a.rtp;
    EXPECT_EQ(heard.rx_authenticated, 15U);
    EXPECT_EQ(heard.rx_auth_failed + heard.rx_replayed + heard.rx_not_forwarded, 0U);
    t.hang_up();
  }
}

TEST(CallOffers, PassACodecChangeOn) {
  Connected t;
  t.a.send("INVITE", description("RTP/SAVP", 4000, {crypto(1, "AES_256_CM_HMAC_SHA1_80", 'a')}, "sendrecv", "0 101"));
  const auto change = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*change).media[0].formats, (std::vector<std::string>{"0", "101"}));
  t.b.respond(*change, 200, savp_answer(*change, 5000, 'b'));
  t.a.ack(*t.a.response(200));
}

TEST(CallOffers, LeaveTheSessionAsItWasWhenTheOtherRefuses) {
  Connected t;
  const int configured = t.media().configured[media::Side::a];
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  t.b.respond(*t.b.request(sip::Method::invite), 500);
  t.a.response(500);
  EXPECT_EQ(t.media().configured[media::Side::a], configured);
  t.b.request(sip::Method::ack);
  t.hang_up();
}

TEST(CallOffers, Answer491WhenBothOfferAtOnce) {  // glare, RFC 3261 §14.1
  Connected t;
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto ours = t.b.request(sip::Method::invite);
  t.b.send("INVITE", savp(5000, 'b', "sendonly"));
  t.b.response(491);
  t.b.respond(*ours, 491);
  t.b.request(sip::Method::ack);
  t.a.response(491);
  // Each tries again in its own time, and then it works.
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto again = t.b.request(sip::Method::invite);
  t.b.respond(*again, 200, savp_answer(*again, 5000, 'b', "recvonly"));
  t.a.ack(*t.a.response(200));
}

TEST(CallOffers, AnswerAnInviteWithoutDescriptionWithAnOffer) {
  Connected t;
  t.a.send("INVITE");
  const auto ok = t.a.response(200);
  EXPECT_EQ(sdp_of(*ok).media[0].proto, "RTP/SAVP");
  t.a.ack(*ok, savp_answer(*ok, 4600, 'y'));
  EXPECT_EQ(t.media().legs.at(media::Side::a).remote_rtp.port(), 4600);
  EXPECT_TRUE(t.b.silent()) << t.b.inbox();
  t.hang_up();
}

TEST(CallOffers, OfferInThe200ToAnInviteWithoutDescription) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", "");
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  const auto ok = a.response(200);
  EXPECT_EQ(sdp_of(*ok).media[0].proto, "RTP/AVP") << "a plain peer must be able to answer (DOMAIN §3.1)";
  const auto line = answering_crypto(*ok, 'a');
  a.ack(*ok, description("RTP/AVP", 4000, {line}));
  EXPECT_EQ(exchange.media.last().legs.at(media::Side::a).receive->keying.view()[0], 'a');
  EXPECT_EQ(exchange.views().at(0).legs.at(0).srtp_suite, "AES_256_CM_HMAC_SHA1_80");
}

TEST(CallOffers, EndACallWhoseAckBringsNoAnswer) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200");
  a.invite("200", "");
  const auto invite = b.request(sip::Method::invite);
  b.respond(*invite, 200, savp_answer(*invite, 5000, 'b'));
  b.request(sip::Method::ack);
  a.ack(*a.response(200));
  a.request(sip::Method::bye);
  b.request(sip::Method::bye);
  EXPECT_EQ(exchange.counts().legs, 0U);
}

TEST(CallOffers, AnswerARefreshWithoutTroublingTheOther) {
  Connected t;
  const std::string same = savp(4000, 'a');
  t.a.send("INVITE", same);
  const auto first = t.a.response(200);
  t.a.ack(*first);
  t.a.send("INVITE", same);
  const auto second = t.a.response(200);
  t.a.ack(*second);
  EXPECT_EQ(first->body(), second->body());
  EXPECT_TRUE(t.b.silent());
}

TEST(CallOffers, TakeBackWhatACancelledReInviteHadOffered) {  // RFC 3261 §9.2, §14.1
  Connected t;
  const auto& session = t.exchange.media.last();
  const auto key = [](const std::optional<media::SrtpParams>& params) { return base::to_hex(params->keying.view()); };
  const std::string from_a = key(session.legs.at(media::Side::a).receive);
  t.a.send("INVITE", savp(4444, 'z', "sendonly"));
  const auto hold = t.b.request(sip::Method::invite);
  t.a.cancel();
  t.a.response(200);
  t.a.response(487);
  t.b.respond(*hold, 200, savp_answer(*hold, 5000, 'b', "recvonly"));
  t.b.request(sip::Method::ack);
  const auto resume = t.b.request(sip::Method::invite);
  EXPECT_EQ(sdp_of(*resume).direction_of(sdp_of(*resume).media.at(0)), sip::Direction::sendrecv);
  t.b.respond(*resume, 200, savp_answer(*resume, 5000, 'b'));
  t.b.request(sip::Method::ack);
  EXPECT_EQ(key(session.legs.at(media::Side::a).receive), from_a);
  EXPECT_EQ(session.legs.at(media::Side::a).remote_rtp.port(), 4000);
  EXPECT_EQ(session.legs.at(media::Side::b).direction, media::Direction::send_receive);
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));  // and another may follow
  const auto again = t.b.request(sip::Method::invite);
  t.b.respond(*again, 200, savp_answer(*again, 5000, 'b', "recvonly"));
  t.a.response(200);
}

TEST(CallOffers, PassInfoOn) {  // DTMF by application/dtmf-relay
  Connected t;
  t.a.send("INFO", "Signal=5\r\nDuration=160\r\n", {}, "application/dtmf-relay");
  t.a.response(200);
  const auto info = t.b.request(sip::Method::info);
  EXPECT_EQ(info->body(), "Signal=5\r\nDuration=160\r\n");
  EXPECT_EQ(info->value(sip::HeaderId::content_type), "application/dtmf-relay");
}

TEST(CallOffers, AnswerOptionsWithinTheDialog) {
  Connected t;
  t.a.send("OPTIONS");
  t.a.response(200);
  EXPECT_TRUE(t.b.silent());
}

TEST(CallOffers, KnowNoDialogOnAnotherFlow) {
  Connected t;
  Phone& thief = t.exchange.phone("300");
  thief.dialog = t.a.dialog;
  thief.send("BYE");
  thief.response(481);
  EXPECT_EQ(t.exchange.counts().calls, 1U);
}

TEST(CallOffers, CancelAReInviteThatOnlyEverGetsProvisionals) {
  Connected t;
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto hold = t.b.request(sip::Method::invite);
  t.b.respond(*hold, 183);
  t.exchange.pass(t.exchange.services.settings.offer_timeout + base::Millis{1});
  t.b.respond(*t.b.request(sip::Method::cancel), 200);
  t.b.respond(*hold, 487);
  t.b.request(sip::Method::ack);
  t.a.response(480);
  // The call stands as it was, and takes the next offer.
  t.a.send("INVITE", savp(4000, 'a', "sendonly"));
  const auto again = t.b.request(sip::Method::invite);
  t.b.respond(*again, 200, savp_answer(*again, 5000, 'b', "recvonly"));
  t.b.request(sip::Method::ack);
  t.a.ack(*t.a.response(200));
  t.hang_up();
}

TEST(CallOffers, AcknowledgeARepeated200) {
  Exchange exchange;
  Phone& a = exchange.phone("100");
  Phone& b = exchange.phone("200", sip::Transport::udp);
  a.invite("200", savp(4000, 'a'));
  const auto invite = b.request(sip::Method::invite);
  const std::string answer = description("RTP/AVP", 5000);
  b.respond(*invite, 200, answer);
  b.request(sip::Method::ack);
  b.respond(*invite, 200, answer);
  b.request(sip::Method::ack);
  EXPECT_TRUE(b.silent());
  a.response(200);
  EXPECT_TRUE(a.silent());
}

}  // namespace
}  // namespace cadenas::pbx::test
