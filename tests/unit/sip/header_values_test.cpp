#include "sip/header_values.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sip/sip_date.hpp"

namespace cadenas::sip {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Value>
Value read(std::string_view text) {
  const auto value = Value::parse(text);
  EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().message);
  return value.value_or(Value{});
}
template <class Value>
std::string code(std::string_view text) {
  const auto value = Value::parse(text);
  return value ? "" : value.error().code;
}

Message options(const std::string& more) {
  auto message = Message::parse(
      "OPTIONS sip:pbx.example.com SIP/2.0\r\nVia: SIP/2.0/TLS h.example.com:5061;branch=z9hG4bKa\r\n"
      "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: c1@h\r\nCSeq: 7 OPTIONS\r\n" +
      more + "\r\n");
  EXPECT_TRUE(message) << more;
  return std::move(*message);
}

TEST(Uint32, TakesDigitsUpToItsMaximum) {
  EXPECT_EQ(parse_uint32("0").value_or(1), 0U);
  EXPECT_EQ(parse_uint32(" 0070\t").value_or(0), 70U);
  EXPECT_EQ(parse_uint32("4294967295").value_or(0), 4294967295U);
  for (const char* bad : {"", " ", "-1", "+1", "1.5", "1 2", "0x10", "7s", "4294967296", "99999999999999999999999"}) {
    const auto value = parse_uint32(bad);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().code, "sip.number") << bad;
  }
}

TEST(CSeqValue, IsANumberBelowTwoToThe31AndAMethod) {  // RFC 3261 §8.1.1.5, §20.16
  const auto plain = read<CSeq>("4711 INVITE");
  EXPECT_EQ(plain.number, 4711U);
  EXPECT_EQ(plain.method, "INVITE");
  const auto blanks = read<CSeq>(" 0009\t  newMethod!");
  EXPECT_EQ(blanks.number, 9U);
  EXPECT_EQ(blanks.method, "newMethod!");
  EXPECT_EQ(read<CSeq>("2147483647 ACK").number, 2147483647U);
  for (const char* bad : {"", "INVITE", "1", "1INVITE", "-1 INVITE", "2147483648 INVITE", "1 INV ITE", "1 INV@TE"})
    EXPECT_EQ(code<CSeq>(bad), "sip.cseq") << bad;
}

TEST(RAckValue, NamesTheProvisionalAndItsRequest) {  // RFC 3262 §7.2
  const auto rack = read<RAck>("776656 1 INVITE");
  EXPECT_EQ(rack.rseq, 776656U);
  EXPECT_EQ(rack.cseq, 1U);
  EXPECT_EQ(rack.method, "INVITE");
  const auto widest = read<RAck>("4294967295\t2147483647   INVITE");
  EXPECT_EQ(widest.rseq, 4294967295U);
  EXPECT_EQ(widest.cseq, 2147483647U);
  for (const char* bad : {"", "1", "1 INVITE", "1 2", "x 2 INVITE", "1 x INVITE", "4294967296 1 INVITE",
                          "1 2147483648 INVITE", "1 2 INVITE 3", "1 2 IN/VITE"})
    EXPECT_EQ(code<RAck>(bad), "sip.rack") << bad;
}

TEST(SessionExpiresValue, SaysWhoRefreshes) {  // RFC 4028 §4, §7.4
  const auto plain = read<SessionExpires>("1800");
  EXPECT_EQ(plain.seconds, 1800U);
  EXPECT_EQ(plain.refresher, Refresher::unset);
  EXPECT_EQ(read<SessionExpires>("90;refresher=uac").refresher, Refresher::uac);
  const auto odd = read<SessionExpires>(" 4000 ; x=y ; Refresher = UAS ");
  EXPECT_EQ(odd.seconds, 4000U);
  EXPECT_EQ(odd.refresher, Refresher::uas);
}

TEST(SessionExpiresValue, ReadsAMinSeWithItsExtensions) {  // RFC 4028 §5: generic-param only
  EXPECT_EQ(read<SessionExpires>("90").seconds, 90U);
  EXPECT_EQ(read<SessionExpires>("120;lr").refresher, Refresher::unset);
}

TEST(SessionExpiresValue, RefusesWhatNamesNoTimeOrNoSide) {
  for (const char* bad :
       {"", ";refresher=uac", "-90", "90s", "90 91", "4294967296", "90;", "90;refresher", "90;refresher=me",
        "90;refresher=\"uac\"", "90;refresher=uac;refresher=uas", "90,refresher=uac"})
    EXPECT_EQ(code<SessionExpires>(bad), "sip.session-expires") << bad;
}

TEST(SessionExpiresValue, ComesBackAsItIsWritten) {
  for (const char* text : {"1800", "1800;refresher=uac", "90;refresher=uas"})
    EXPECT_EQ(read<SessionExpires>(text).to_string(), text);
}

TEST(ReplacesValue, NamesADialogByCallIdAndBothTags) {  // RFC 3891 §6.1
  const auto r = read<Replaces>("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff");
  EXPECT_EQ(r.call_id, "98732@sip.example.com");
  EXPECT_EQ(r.from_tag, "r33th4x0r");
  EXPECT_EQ(r.to_tag, "ff87ff");
  EXPECT_FALSE(r.early_only);
  const auto zero = read<Replaces>("87134@171.161.34.23 ; To-Tag = 24796 ; from-tag=0");  // a peer of RFC 2543
  EXPECT_EQ(zero.call_id, "87134@171.161.34.23");
  EXPECT_EQ(zero.to_tag, "24796");
  EXPECT_EQ(zero.from_tag, "0");
}

TEST(ReplacesValue, SaysWhetherOnlyAnEarlyDialogIsMeant) {  // RFC 3891 §3
  EXPECT_TRUE(read<Replaces>("1@h;to-tag=a;from-tag=b;early-only").early_only);
  EXPECT_TRUE(read<Replaces>("1@h;Early-Only;to-tag=a;from-tag=b").early_only);
  EXPECT_FALSE(read<Replaces>("1@h;to-tag=early-only;from-tag=b").early_only);
}

TEST(ReplacesValue, RefusesAMissingARepeatedAndAnEmptyTag) {
  for (const char* bad : {"", ";to-tag=a;from-tag=b", "1@h", "1@h;to-tag=a", "1@h;from-tag=b", "1@h;to-tag;from-tag=b",
                          "1@h;to-tag=;from-tag=b", "1@h;to-tag=a;from-tag", "1@h;to-tag=a;to-tag=c;from-tag=b",
                          "1@h;to-tag=a;from-tag=b;from-tag=b", "1@h@i;to-tag=a;from-tag=b", "1 2;to-tag=a;from-tag=b",
                          "1@h;to-tag=a;from-tag=b;", "1@h;to-tag=a;from-tag=b,2@h;to-tag=a;from-tag=b",
                          "1@h;to-tag=\"a\";from-tag=b", "1@h;to-tag=a;from-tag=\"b\""})
    EXPECT_EQ(code<Replaces>(bad), "sip.replaces") << bad;
}

TEST(RetryAfterValue, TakesSecondsACommentAndADuration) {  // RFC 3261 §20.33
  const auto plain = read<RetryAfter>("18000");
  EXPECT_EQ(plain.seconds, 18000U);
  EXPECT_EQ(plain.duration, std::nullopt);
  const auto both = read<RetryAfter>("18000;duration=3600");
  EXPECT_EQ(both.seconds, 18000U);
  EXPECT_EQ(both.duration, 3600U);
  const auto comment = read<RetryAfter>("120 (in a (long; duration=1) meeting \\) yes) ;duration=60");
  EXPECT_EQ(comment.seconds, 120U);
  EXPECT_EQ(comment.duration, 60U);
  for (const char* bad : {"", "soon", "-1", "4294967296", "5 6", "5 (open", "5 (open \\)", "5 (open\\", "5 (a) b",
                          "5;duration=x", "5;duration", "5;", "5,6"})
    EXPECT_EQ(code<RetryAfter>(bad), "sip.retry-after") << bad;
}

TEST(EventValueTest, IsAPackageAndPerhapsAnId) {  // RFC 6665 §8.2.1
  const auto plain = read<EventValue>("message-summary");
  EXPECT_EQ(plain.package, "message-summary");
  EXPECT_EQ(plain.id, "");
  const auto full = read<EventValue>(" presence.winfo ; x=1 ; ID = 93809824");
  EXPECT_EQ(full.package, "presence.winfo");
  EXPECT_EQ(full.id, "93809824");
  for (const char* bad : {"", ";id=1", "a b", "a/b", "refer;", "refer;=1", "refer;id=", "a,b"})
    EXPECT_EQ(code<EventValue>(bad), "sip.event") << bad;
}

TEST(SubscriptionStateValue, TellsStateReasonAndWhatIsLeft) {  // RFC 6665 §8.2.3
  const auto active = read<SubscriptionState>("active;expires=3599");
  EXPECT_EQ(active.state, "active");
  EXPECT_EQ(active.reason, "");
  EXPECT_EQ(active.expires, 3599U);
  const auto over = read<SubscriptionState>("terminated ; Reason=noresource;retry-after=5");
  EXPECT_EQ(over.state, "terminated");
  EXPECT_EQ(over.reason, "noresource");
  EXPECT_EQ(over.expires, std::nullopt);
  for (const char* bad : {"", ";expires=1", "very active", "active;", "active;expires=soon", "active;expires",
                          "active;expires=4294967296", "active,pending"})
    EXPECT_EQ(code<SubscriptionState>(bad), "sip.subscription-state") << bad;
}

TEST(MediaTypeValue, IsTakenApartAndComparedWithoutCase) {  // RFC 3261 §20.15
  const auto sdp = read<MediaType>("Application/SDP");
  EXPECT_TRUE(sdp.is("application", "sdp"));
  EXPECT_FALSE(sdp.is("application", "sdpx"));
  EXPECT_FALSE(sdp.is("text", "sdp"));
  EXPECT_TRUE(sdp.params.empty());
  const auto mixed = read<MediaType>("multipart / mixed ; boundary=\"a;b/c\"; x=1");
  EXPECT_TRUE(mixed.is("multipart", "mixed"));
  EXPECT_EQ(mixed.params.find("Boundary"), "\"a;b/c\"");
  EXPECT_EQ(mixed.params.find("x"), "1");
  for (const char* bad :
       {"", "application", "application/", "/sdp", "a/b/c", "a b/c", "a/b c", "a/b;", "a/b;x=\"y", "a/b,c/d"})
    EXPECT_EQ(code<MediaType>(bad), "sip.content-type") << bad;
}

TEST(ListElements, RunThroughEveryFieldInOrder) {  // RFC 3261 §7.3.1
  const auto m =
      options("Accept: text/plain;x=\"a,\\\"b\" , application/sdp\r\nSupported: timer\r\nAccept: ,a/b,,\r\n");
  EXPECT_THAT(list_elements(m.view(), HeaderId::accept),
              ElementsAre("text/plain;x=\"a,\\\"b\"", "application/sdp", "a/b"));
  EXPECT_THAT(list_elements(m.view(), HeaderId::allow), IsEmpty());
}

TEST(Tokens, ArePickedOutOfAList) {
  const auto m =
      options("Supported: timer, replaces ,100rel\r\nk: outbound\r\nRequire: a b, path, \"x\"\r\nAllow:\r\n");
  EXPECT_THAT(tokens(m.view(), HeaderId::supported), ElementsAre("timer", "replaces", "100rel", "outbound"));
  EXPECT_THAT(tokens(m.view(), HeaderId::require), ElementsAre("path"));
  EXPECT_THAT(tokens(m.view(), HeaderId::allow), IsEmpty());
}

TEST(Accepts, TakesSdpAloneWhereNothingIsSaid) {  // RFC 3261 §20.1
  const auto m = options("");
  EXPECT_TRUE(accepts(m.view(), "application", "sdp"));
  EXPECT_FALSE(accepts(m.view(), "message", "sipfrag"));
}

TEST(Accepts, GoesByTheRangesThatAreNamed) {
  EXPECT_TRUE(accepts(options("Accept: text/plain, Application/SDP;level=1\r\n").view(), "application", "sdp"));
  EXPECT_FALSE(accepts(options("Accept: text/plain\r\n").view(), "application", "sdp"));
  EXPECT_FALSE(accepts(options("Accept:\r\n").view(), "application", "sdp"));
  EXPECT_TRUE(accepts(options("Accept: application/*\r\n").view(), "application", "sdp"));
  EXPECT_FALSE(accepts(options("Accept: text/*\r\n").view(), "application", "sdp"));
  EXPECT_TRUE(accepts(options("Accept: */*\r\n").view(), "application", "sdp"));
  EXPECT_TRUE(accepts(options("Accept: nonsense, application/sdp\r\n").view(), "application", "sdp"));
}

TEST(Accepts, LetsTheClosestRangeDecideAndQZeroRefuse) {  // RFC 2616 §3.9, §14.1
  EXPECT_FALSE(accepts(options("Accept: application/sdp;q=0\r\n").view(), "application", "sdp"));
  EXPECT_FALSE(accepts(options("Accept: application/sdp;q=0.000, */*\r\n").view(), "application", "sdp"));
  EXPECT_TRUE(accepts(options("Accept: */*;q=0, application/sdp;q=0.001\r\n").view(), "application", "sdp"));
  EXPECT_FALSE(accepts(options("Accept: */*, application/*;q=0\r\n").view(), "application", "sdp"));
}

TEST(SipDate, CountsFromTheEpochInGmt) {  // RFC 3261 §20.17
  using namespace std::chrono;
  const auto at = [](std::string_view text) {
    const auto date = parse_sip_date(text);
    EXPECT_TRUE(date) << text;
    return date ? duration_cast<seconds>(date->time_since_epoch()).count() : -1;
  };
  EXPECT_EQ(at("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(at("Sat, 13 Nov 2010 23:29:00 GMT"), 1289690940);
  EXPECT_EQ(at("Thu, 29 Feb 2024 23:59:59 GMT"), 1709251199);
  EXPECT_EQ(at("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);  // a leap second is the midnight behind it
}

TEST(SipDate, RefusesEverythingElse) {
  for (const char* bad : {"",
                          "Sat, 13 Nov 2010 23:29:00",
                          "Sat, 13 Nov 2010 23:29:00 EST",
                          "Sat, 13 Nov 2010 23:29:00 GMT ",
                          "Sun, 13 Nov 2010 23:29:00 GMT",
                          "sat, 13 Nov 2010 23:29:00 GMT",
                          "atS, 13 Nov 2010 23:29:00 GMT",
                          "Sat, 13 ovD 2010 23:29:00 GMT",
                          "Sat, 13 nov 2010 23:29:00 GMT",
                          "Sat, 32 Jan 2010 23:29:00 GMT",
                          "Wed, 00 Nov 2010 23:29:00 GMT",
                          "Wed, 29 Feb 2023 00:00:00 GMT",
                          "Sat, 13 Nov 2010 24:00:00 GMT",
                          "Sat, 13 Nov 2010 23:60:00 GMT",
                          "Sat, 13 Nov 2010 23:29:61 GMT",
                          "Sat, 13 Nov 2010 23-29-00 GMT",
                          "Sat, +3 Nov 2010 23:29:00 GMT",
                          "Sat,  6 Nov 2010 23:29:00 GMT",
                          "Saturday, 13-Nov-10 23:29:00 GMT",
                          "Sat Nov 13 23:29:00 2010"}) {
    const auto date = parse_sip_date(bad);
    ASSERT_FALSE(date) << bad;
    EXPECT_EQ(date.error().code, "sip.date") << bad;
  }
}

}  // namespace
}  // namespace cadenas::sip
