// RTCP of legs that end at the board: what is counted, written, read, and when it goes (RFC 3550 §6, appendix A).
#include "media/rtcp_report.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "media/member_reports.hpp"
#include "media/rtcp.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;
using base::Millis;
using base::SteadyTime;

RtpHeader header(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc = 7) {
  RtpHeader out;
  out.sequence = sequence;
  out.timestamp = timestamp;
  out.ssrc = ssrc;
  return out;
}
SteadyTime at(int ms) {
  return SteadyTime{Millis{10'000 + ms}};
}

ReportBlock block() {
  ReportBlock out;
  out.ssrc = 0xcafe0001;
  out.loss_256 = 12;
  out.lost = -3;
  out.highest_sequence = 0x1'0005;
  out.jitter = 77;
  out.last_report = 0x12345678;
  out.delay_since = 900;
  return out;
}

TEST(RtcpReport, IsReadAsItWasWritten) {
  for (const std::string& cname : {std::string("a"), std::string("ab"), std::string("abcdefghijkl"), std::string()}) {
    Bytes packet(200);
    packet.resize(write_report(packet, 0xbeef0002, SenderInfo{0x11112222'33334444, 5, 6, 7}, block(), cname));
    ASSERT_TRUE(is_rtcp_compound(packet)) << cname;
    const auto read = read_report(packet, 0xcafe0001);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sender_ssrc, 0xbeef0002);
    EXPECT_EQ(read->ntp_middle, 0x22223333u);
    EXPECT_EQ(read->about_us, block());
    EXPECT_FALSE(read_report(packet, 1)->about_us) << "it is about somebody else";
  }
}

TEST(RtcpReport, IsAReceiverReportWhereNothingWasSent) {
  Bytes packet(200);
  packet.resize(write_report(packet, 2, std::nullopt, block(), "me"));
  EXPECT_EQ(packet[1], 201);
  EXPECT_FALSE(read_report(packet, 0xcafe0001)->sender_ssrc);
  EXPECT_EQ(read_report(packet, 0xcafe0001)->about_us, block());
  EXPECT_EQ(write_report(std::span(packet).first(20), 2, std::nullopt, block(), "me"), 0u);
}

TEST(RtcpReport, IsRefusedOrPassedOverWhereItClaimsMoreThanItHolds) {
  Bytes packet(200);
  packet.resize(write_report(packet, 2, SenderInfo{}, block(), "me"));
  packet[0] = 0x9f;  // 31 blocks, one is there
  EXPECT_EQ(read_report(packet, 0xcafe0001)->about_us, block());
  packet.pop_back();
  EXPECT_FALSE(read_report(packet, 1));
  const Bytes short_sender{0x80, 200, 0, 1, 0, 0, 0, 9};
  ASSERT_TRUE(read_report(short_sender, 1));
  EXPECT_FALSE(read_report(short_sender, 1)->sender_ssrc);
}

TEST(Reception, CountsLossOverTheWrapOfSequenceNumbers) {
  Reception reception;
  EXPECT_FALSE(reception.report(at(0)));
  for (int i = 0; i < 40; ++i) {
    if (i % 4 == 3) continue;  // every fourth is lost, the last one is
    reception.put(header(static_cast<std::uint16_t>(65'520 + i), static_cast<std::uint32_t>(160 * i)), 8'000, true,
                  at(20 * i));
  }
  auto report = reception.report(at(800));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->highest_sequence, 65'520u + 38);
  EXPECT_EQ(report->lost, 9);
  EXPECT_EQ(report->loss_256, 9 * 256 / 39);
  EXPECT_EQ(report->jitter, 0u);
  // Since then none is lost.
  for (int i = 39; i < 60; ++i) {
    reception.put(header(static_cast<std::uint16_t>(65'520 + i), static_cast<std::uint32_t>(160 * i)), 8'000, true,
                  at(20 * i));
  }
  report = reception.report(at(1'200));
  EXPECT_EQ(report->loss_256, 0);
  EXPECT_EQ(report->lost, 9);
}

TEST(Reception, MeasuresJitterAsTheFormulaSays) {
  Reception reception;
  double expected = 0;
  int before = 0;
  for (int i = 0; i < 200; ++i) {
    const int late = i % 3 == 0 ? 10 : 0;
    reception.put(header(static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(160 * i)), 8'000, true,
                  at(20 * i + late));
    if (i > 0) expected += (std::abs(late - before) * 8.0 - expected) / 16;
    before = late;
  }
  EXPECT_NEAR(reception.jitter(), expected, 2);
  const auto steady = reception.jitter();
  reception.put(header(200, 0), 8'000, false, at(4'000));
  EXPECT_EQ(reception.jitter(), steady) << "a repeated event tells no time";
}

TEST(Reception, BeginsAnewWithAnotherStreamAndWithAJumpThatGoesOn) {
  Reception reception;
  reception.put(header(1, 0), 8'000, true, at(0));
  reception.put(header(30'000, 0), 8'000, true, at(20));
  EXPECT_EQ(reception.report(at(20))->highest_sequence, 1u) << "a stray";
  reception.put(header(30'001, 160), 8'000, true, at(40));
  EXPECT_EQ(reception.report(at(40))->highest_sequence, 30'001u);
  EXPECT_EQ(reception.lost(), 0);
  reception.put(header(5, 0, 8), 8'000, true, at(60));
  EXPECT_EQ(reception.report(at(60))->ssrc, 8u);
  EXPECT_EQ(reception.received(), 1u);
}

TEST(Reception, SaysWhenItHeardTheLastReport) {
  Reception reception;
  reception.put(header(1, 0), 8'000, true, at(0));
  EXPECT_EQ(reception.report(at(0))->last_report, 0u);
  reception.put_sender_report(0xabcd, at(100));
  EXPECT_EQ(reception.report(at(350))->last_report, 0xabcdu);
  EXPECT_EQ(reception.report(at(350))->delay_since, 65'536u / 4);
}

TEST(MemberReports, GoAtIntervalsThatDifferAndTellNtpAndRtpOfOneMoment) {
  // The time of day is 1 s after 1970 when the steady clock is 0.
  MemberReports reports(base::WallTime{Millis{1'000}});
  std::set<std::int64_t> intervals;
  SteadyTime before{};
  Bytes packet(200);
  for (int ms = 0; ms < 120'000; ms += 20) {
    reports.sent(test::rtp_packet(77, static_cast<std::uint16_t>(ms / 20), 160, 8), 8'000, at(ms));
    packet.resize(200);
    const std::size_t octets = reports.write_due(packet, at(ms));
    if (octets == 0) continue;
    packet.resize(octets);
    const auto report = read_report(packet, 1);
    ASSERT_TRUE(report && report->sender_ssrc);
    EXPECT_EQ(report->sender_ssrc, 77u);
    const auto seconds = static_cast<std::uint32_t>((11'000 + ms) / 1'000 + 2'208'988'800);
    EXPECT_EQ(report->ntp_middle >> 16, seconds & 0xffff);
    if (before != SteadyTime{}) {
      intervals.insert(std::chrono::duration_cast<Millis>(at(ms) - before).count());
    }
    before = at(ms);
  }
  ASSERT_GE(intervals.size(), 5u) << "they differ";
  EXPECT_GE(*intervals.begin(), 2'000);
  EXPECT_LE(*intervals.rbegin(), 6'200);
}

TEST(MemberReports, KnowTheRoundTripFromWhatThePeerReports) {
  MemberReports reports(base::WallTime{Millis{1'700'000'000'000}});
  Bytes packet(200);
  int sent_at = 0;
  std::size_t octets = 0;
  for (int ms = 0; octets == 0; ms += 20) {
    reports.sent(test::rtp_packet(77, static_cast<std::uint16_t>(ms / 20), 160, 8), 8'000, at(ms));
    octets = reports.write_due(packet, at(ms));
    sent_at = ms;
  }
  packet.resize(octets);
  ReportBlock about;
  about.ssrc = 77;
  about.last_report = read_report(packet, 1)->ntp_middle;
  about.delay_since = 65'536 / 2;
  Bytes answer(200);
  answer.resize(write_report(answer, 9, std::nullopt, about, "peer"));
  reports.read(answer, at(sent_at + 500 + 80));
  EXPECT_NEAR(reports.quality().round_trip_us, 80'000, 1'000);
  about.delay_since = 65'536 * 60;
  answer.resize(200);
  answer.resize(write_report(answer, 9, std::nullopt, about, "peer"));
  reports.read(answer, at(sent_at + 600));
  EXPECT_NEAR(reports.quality().round_trip_us, 80'000, 1'000) << "nonsense is not believed";
}

}  // namespace
}  // namespace cadenas::media
