// Every packet against libsrtp2, which nobody here wrote: what we send it must open, what it sends we must open, and
// both must agree on what to refuse.
#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <srtp2/srtp.h>

#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"
#include "media/srtp_sender.hpp"
#include "packets.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;

class Oracle {
 public:
  Oracle(const SrtpParams& params, srtp_ssrc_type_t direction)
      : key_(params.keying.view().begin(), params.keying.view().end()), mki_(params.mki) {
    [[maybe_unused]] static const srtp_err_status_t started = srtp_init();
    srtp_policy_t policy{};
    set(policy.rtp, params.suite);
    set(policy.rtcp, params.suite);
    if (!facts(params.suite).is_aead()) policy.rtcp.auth_tag_len = 10;  // RFC 4568 §6.2.2
    policy.ssrc.type = direction;
    policy.key = key_.data();
    srtp_master_key_t named{key_.data(), mki_.data(), static_cast<unsigned int>(mki_.size())};
    srtp_master_key_t* keys[] = {&named};
    if (!mki_.empty()) {
      policy.key = nullptr;
      policy.keys = keys;
      policy.num_master_keys = 1;
    }
    policy.window_size = 128;
    if (srtp_create(&session_, &policy) != srtp_err_status_ok) throw std::runtime_error("srtp_create");
  }
  ~Oracle() { srtp_dealloc(session_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  srtp_err_status_t protect(Bytes& packet) {
    if (mki_.empty()) return run(packet, srtp_protect);
    return run(packet, [](srtp_t s, void* data, int* octets) { return srtp_protect_mki(s, data, octets, 1, 0); });
  }
  srtp_err_status_t unprotect(Bytes& packet) { return run(packet, srtp_unprotect); }
  srtp_err_status_t protect_rtcp(Bytes& packet) {
    if (mki_.empty()) return run(packet, srtp_protect_rtcp);
    return run(packet, [](srtp_t s, void* data, int* octets) { return srtp_protect_rtcp_mki(s, data, octets, 1, 0); });
  }
  srtp_err_status_t unprotect_rtcp(Bytes& packet) { return run(packet, srtp_unprotect_rtcp); }

 private:
  static void set(srtp_crypto_policy_t& policy, Suite suite) {
    switch (suite) {
      case Suite::aes_cm_128_hmac_sha1_80:
        return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy);
      case Suite::aes_cm_128_hmac_sha1_32:
        return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy);
      case Suite::aes_256_cm_hmac_sha1_80:
        return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy);
      case Suite::aes_256_cm_hmac_sha1_32:
        return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy);
      case Suite::aead_aes_128_gcm:
        return srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy);
      case Suite::aead_aes_256_gcm:
        return srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy);
    }
  }
  srtp_err_status_t run(Bytes& packet, srtp_err_status_t (*function)(srtp_t, void*, int*)) {
    // libsrtp reads the packet as 32-bit words.
    alignas(8) std::array<std::uint8_t, 2048> room;
    std::ranges::copy(packet, room.begin());
    int octets = static_cast<int>(packet.size());
    const srtp_err_status_t status = function(session_, room.data(), &octets);
    if (status == srtp_err_status_ok) packet.assign(room.begin(), room.begin() + octets);
    return status;
  }

  Bytes key_;
  Bytes mki_;
  srtp_t session_ = nullptr;
};

template <class Sender>
SrtpStatus protect(Sender& sender, Bytes& packet) {
  std::size_t octets = packet.size();
  packet.resize(octets + 20);
  const SrtpStatus status = sender.protect(packet, octets);
  packet.resize(octets);
  return status;
}
template <class Receiver>
SrtpStatus open_by_us(Receiver& receiver, Bytes& packet) {
  const Receipt receipt = receiver.open(packet, Opening::decrypt);
  if (receipt.status == SrtpStatus::ok) packet.resize(receipt.octets);
  return receipt.status;
}

/// Which of `count` packets a network delivers, and when: losses, a shuffle within a few places, some packets twice.
std::vector<std::size_t> any_delivery(std::size_t count) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (*rc::gen::inRange(0, 10) != 0) out.push_back(i);
    if (*rc::gen::inRange(0, 20) == 0) {
      out.push_back(i - std::min<std::size_t>(i, *rc::gen::inRange<std::size_t>(0, 200)));
    }
  }
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (*rc::gen::inRange(0, 5) == 0) std::swap(out[i], out[i - std::min<std::size_t>(i, 3)]);
  }
  return out;
}

/// Packets of two SSRCs that start anywhere, often near the wrap, and how they arrive.
struct Traffic {
  std::vector<Bytes> in_order;
  std::vector<std::size_t> delivery;
};

Traffic any_traffic() {
  Traffic out;
  const auto start = *rc::gen::oneOf(rc::gen::inRange<int>(65'400, 65'536), rc::gen::inRange<int>(1000, 30'000));
  const int count = *rc::gen::inRange(1, 300);
  for (int i = 0; i < count; ++i) {
    const std::uint32_t ssrc = i % 7 == 0 ? 0xabcdef01 : 0x01020304;
    const std::size_t payload = static_cast<std::size_t>(*rc::gen::inRange(0, 200));
    Bytes packet = test::rtp_packet(ssrc, static_cast<std::uint16_t>(start + i), payload);
    if (i % 11 == 0) {  // with a CSRC and an extension
      packet[0] = 0x91;
      const Bytes more = base::from_hex("0000000fbede000111223344").value();
      packet.insert(packet.begin() + 12, more.begin(), more.end());
    }
    out.in_order.push_back(std::move(packet));
  }
  out.delivery = any_delivery(out.in_order.size());
  return out;
}

class SrtpAgainstLibsrtp : public testing::TestWithParam<Suite> {};

TEST_P(SrtpAgainstLibsrtp, MakesTheSamePackets) {
  EXPECT_TRUE(rc::check([&] {
    const SrtpParams params = test::params(GetParam());
    SrtpSender ours(params);
    Oracle theirs(params, ssrc_any_outbound);
    for (const Bytes& plain : any_traffic().in_order) {
      Bytes by_us = plain;
      Bytes by_them = plain;
      RC_ASSERT(protect(ours, by_us) == SrtpStatus::ok);
      RC_ASSERT(theirs.protect(by_them) == srtp_err_status_ok);
      RC_ASSERT(by_us == by_them);
    }
  }));
}

TEST_P(SrtpAgainstLibsrtp, OpensAndRefusesTheSamePackets) {
  EXPECT_TRUE(rc::check([&] {
    const SrtpParams params = test::params(GetParam());
    Oracle sender(params, ssrc_any_outbound);
    SrtpReceiver ours(params);
    Oracle theirs(params, ssrc_any_inbound);
    const Traffic traffic = any_traffic();
    std::vector<Bytes> sent = traffic.in_order;
    for (Bytes& packet : sent) RC_ASSERT(sender.protect(packet) == srtp_err_status_ok);
    for (const std::size_t i : traffic.delivery) {
      Bytes for_us = sent[i];
      Bytes for_them = sent[i];
      if (*rc::gen::inRange(0, 25) == 0) {
        for_us[for_us.size() / 2] ^= 1;
        for_them = for_us;
      }
      const SrtpStatus status = open_by_us(ours, for_us);
      const srtp_err_status_t expected = theirs.unprotect(for_them);
      // A stream that is first heard after its wrap is one we find by the tag and libsrtp does not.
      if (status == SrtpStatus::ok && expected == srtp_err_status_auth_fail) {
        RC_ASSERT(for_us == traffic.in_order[i]);
        return;
      }
      RC_ASSERT((status == SrtpStatus::ok) == (expected == srtp_err_status_ok));
      if (status == SrtpStatus::ok) {
        RC_ASSERT(for_us == for_them);
        RC_ASSERT(for_us == traffic.in_order[i]);
      }
    }
  }));
}

TEST_P(SrtpAgainstLibsrtp, ExchangesRtcpBothWays) {
  EXPECT_TRUE(rc::check([&](const std::vector<std::uint8_t>& marks) {
    const SrtpParams params = test::params(GetParam(), 9);
    SrtcpSender our_sender(params);
    SrtcpReceiver our_receiver(params);
    Oracle their_sender(params, ssrc_any_outbound);
    Oracle their_receiver(params, ssrc_any_inbound);
    for (const std::uint8_t mark : marks) {
      const Bytes plain = test::receiver_report(mark % 3, mark);
      Bytes by_us = plain;
      RC_ASSERT(protect(our_sender, by_us) == SrtpStatus::ok);
      RC_ASSERT(their_receiver.unprotect_rtcp(by_us) == srtp_err_status_ok);
      RC_ASSERT(by_us == plain);
      Bytes by_them = plain;
      RC_ASSERT(their_sender.protect_rtcp(by_them) == srtp_err_status_ok);
      Bytes again = by_them;
      RC_ASSERT(open_by_us(our_receiver, by_them) == SrtpStatus::ok);
      RC_ASSERT(by_them == plain);
      RC_ASSERT(open_by_us(our_receiver, again) == SrtpStatus::replayed);
    }
  }));
}

TEST_P(SrtpAgainstLibsrtp, OpensAndRefusesTheSameReports) {
  EXPECT_TRUE(rc::check([&] {
    const SrtpParams params = test::params(GetParam());
    Oracle sender(params, ssrc_any_outbound);
    SrtcpReceiver ours(params);
    Oracle theirs(params, ssrc_any_inbound);
    std::vector<Bytes> plain, sent;
    for (int i = *rc::gen::inRange(1, 300); i > 0; --i) {
      plain.push_back(test::receiver_report(i % 7 == 0 ? 5 : 6, static_cast<std::uint8_t>(i)));
      sent.push_back(plain.back());
      RC_ASSERT(sender.protect_rtcp(sent.back()) == srtp_err_status_ok);
    }
    for (const std::size_t i : any_delivery(sent.size())) {
      Bytes for_us = sent[i];
      if (*rc::gen::inRange(0, 25) == 0) {
        const auto at = *rc::gen::inRange<std::size_t>(0, for_us.size());
        for_us[at] = static_cast<std::uint8_t>(for_us[at] ^ (1 << *rc::gen::inRange(0, 8)));
      }
      Bytes for_them = for_us;
      const Bytes before = for_us;
      const SrtpStatus status = open_by_us(ours, for_us);
      RC_ASSERT((status == SrtpStatus::ok) == (theirs.unprotect_rtcp(for_them) == srtp_err_status_ok));
      RC_ASSERT(for_us == (status == SrtpStatus::ok ? plain[i] : before));
    }
  }));
}

SrtpParams named(SrtpParams params, const char* mki) {
  params.mki = base::from_hex(mki).value();
  return params;
}

TEST_P(SrtpAgainstLibsrtp, OpensWhatBearsAnMkiAndNothingElse) {  // RFC 3711 §3.1, §3.4
  for (const char* mki : {"01", "00000007", "ffeeddccbbaa99887766554433221100"}) {
    const SrtpParams params = named(test::params(GetParam()), mki);
    Oracle theirs(params, ssrc_any_outbound);
    SrtpReceiver ours(params);
    SrtpReceiver with_another(named(params.clone(), "0a"));
    SrtpReceiver without(test::params(GetParam()));
    SrtcpReceiver ours_rtcp(params);
    SrtcpReceiver with_another_rtcp(named(params.clone(), "0a"));
    SrtcpReceiver without_rtcp(test::params(GetParam()));
    for (std::uint16_t sequence = 65'500; sequence != 40; ++sequence) {
      const Bytes plain = test::rtp_packet(5, sequence);
      Bytes sent = plain;
      ASSERT_EQ(theirs.protect(sent), srtp_err_status_ok);
      Bytes copy = sent;
      EXPECT_EQ(open_by_us(with_another, copy), SrtpStatus::auth_failed);
      EXPECT_EQ(open_by_us(without, copy), SrtpStatus::auth_failed);
      EXPECT_EQ(copy, sent);
      // The last octet of the MKI, which an AEAD has behind its tag (RFC 7714 §8.2).
      copy[copy.size() - (facts(GetParam()).is_aead() ? 0 : facts(GetParam()).rtp_tag) - 1] ^= 1;
      EXPECT_EQ(open_by_us(ours, copy), SrtpStatus::auth_failed);
      copy = sent;
      ASSERT_EQ(open_by_us(ours, copy), SrtpStatus::ok);
      EXPECT_EQ(copy, plain);
      EXPECT_EQ(open_by_us(ours, sent), SrtpStatus::replayed);

      const Bytes report = test::receiver_report(5, static_cast<std::uint8_t>(sequence));
      Bytes sent_report = report;
      ASSERT_EQ(theirs.protect_rtcp(sent_report), srtp_err_status_ok);
      copy = sent_report;
      EXPECT_EQ(open_by_us(with_another_rtcp, copy), SrtpStatus::auth_failed);
      EXPECT_EQ(open_by_us(without_rtcp, copy), SrtpStatus::auth_failed);
      ASSERT_EQ(open_by_us(ours_rtcp, copy), SrtpStatus::ok);
      EXPECT_EQ(copy, report);
      EXPECT_EQ(open_by_us(ours_rtcp, sent_report), SrtpStatus::replayed);
    }
  }
}

TEST_P(SrtpAgainstLibsrtp, TakesTheMkiOffWhatIsOnlyVerified) {  // what a leg without that MKI is then sent
  const SrtpParams params = named(test::params(GetParam()), "0badcafe");
  Oracle with(params, ssrc_any_outbound);
  Oracle without(test::params(GetParam()), ssrc_any_outbound);
  SrtpReceiver ours(params);
  SrtcpReceiver ours_rtcp(params);
  Bytes packet = test::rtp_packet(5, 1);
  Bytes expected = packet;
  ASSERT_EQ(with.protect(packet), srtp_err_status_ok);
  ASSERT_EQ(without.protect(expected), srtp_err_status_ok);
  Receipt receipt = ours.open(packet, Opening::verify_only);
  ASSERT_EQ(receipt.status, SrtpStatus::ok);
  packet.resize(receipt.octets);
  EXPECT_EQ(packet, expected);
  packet = expected = test::receiver_report(5);
  ASSERT_EQ(with.protect_rtcp(packet), srtp_err_status_ok);
  ASSERT_EQ(without.protect_rtcp(expected), srtp_err_status_ok);
  receipt = ours_rtcp.open(packet, Opening::verify_only);
  ASSERT_EQ(receipt.status, SrtpStatus::ok);
  packet.resize(receipt.octets);
  EXPECT_EQ(packet, expected);
}

INSTANTIATE_TEST_SUITE_P(EverySuite, SrtpAgainstLibsrtp,
                         testing::Values(Suite::aes_cm_128_hmac_sha1_80, Suite::aes_cm_128_hmac_sha1_32,
                                         Suite::aes_256_cm_hmac_sha1_80, Suite::aes_256_cm_hmac_sha1_32,
                                         Suite::aead_aes_128_gcm, Suite::aead_aes_256_gcm),
                         [](const auto& suite) { return std::string(facts(suite.param).sdp_name); });

}  // namespace
}  // namespace cadenas::media
