#include "pki/ocsp.hpp"

#include <gtest/gtest.h>

#include "test_ca.hpp"
#include "test_ocsp.hpp"

namespace cadenas::pki {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Ocsp : public testing::Test {
 protected:
  base::Bytes answer(const Identity& signer, const TestAnswer& wanted = {}) const {
    return answer_by_ocsp(signer, leaf_.leaf(), ca_.leaf(), std::chrono::system_clock::to_time_t(now_), wanted);
  }
  base::Result<OcspAnswer> read(const base::Bytes& octets, minutes later = minutes(0)) const {
    return read_ocsp_answer(octets, leaf_.leaf(), ca_.leaf(), now_ + later);
  }
  std::string refusal(const base::Bytes& octets, minutes later = minutes(0)) const {
    const auto got = read(octets, later);
    return got ? "" : got.error().code;
  }

  const base::WallTime now_ = std::chrono::floor<std::chrono::seconds>(base::SystemClock().now());
  const Identity ca_ = issue({.common_name = "CA", .ca = true});
  const Identity leaf_ =
      issue({.common_name = "192.0.2.1",
             .authority_access =
                 "OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/,OCSP;URI:http://two.example"},
            &ca_);
};

TEST_F(Ocsp, FindsTheRespondersOfACertificate) {
  EXPECT_EQ(ocsp_responders(leaf_.leaf()), (std::vector<std::string>{"http://ocsp.example/", "http://two.example"}));
  EXPECT_TRUE(ocsp_responders(ca_.leaf()).empty());
}

TEST_F(Ocsp, AsksForTheSerialUnderTheIssuerWithoutANonce) {
  const auto request = ocsp_request(leaf_.leaf(), ca_.leaf());
  ASSERT_TRUE(request);
  const unsigned char* at = request->data();
  const std::unique_ptr<OCSP_REQUEST, void (*)(OCSP_REQUEST*)> read(
      d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request->size())), OCSP_REQUEST_free);
  ASSERT_TRUE(read);
  EXPECT_EQ(OCSP_request_onereq_count(read.get()), 1);
  EXPECT_EQ(OCSP_REQUEST_get_ext_count(read.get()), 0);
}

TEST_F(Ocsp, BelievesTheIssuerAndWhomItDelegated) {
  const Identity delegated = issue({.common_name = "responder", .key_purposes = "OCSPSigning"}, &ca_);
  for (const Identity* signer : {&ca_, &delegated}) {
    const auto got = read(answer(*signer));
    ASSERT_TRUE(got) << got.error().code << ": " << got.error().message;
    EXPECT_EQ(got->status, OcspStatus::good);
    EXPECT_EQ(got->this_update, now_ - minutes(1));
    EXPECT_EQ(got->until, now_ + hours(1));
  }
}

TEST_F(Ocsp, BelievesNobodyElse) {
  const Identity namesake = issue({.common_name = "CA", .ca = true});
  EXPECT_EQ(refusal(answer(namesake)), "ocsp.bad-signature");
  const Identity sibling = issue({.common_name = "a phone under the same CA"}, &ca_);
  EXPECT_EQ(refusal(answer(sibling)), "ocsp.bad-signature") << "without EKU OCSPSigning";
  const Identity stranger = issue({.common_name = "responder", .key_purposes = "OCSPSigning"}, &namesake);
  EXPECT_EQ(refusal(answer(stranger)), "ocsp.bad-signature");
  EXPECT_EQ(refusal(answer(leaf_)), "ocsp.bad-signature") << "the certificate vouches for itself";
}

TEST_F(Ocsp, TellsRevokedAndUnknownFromGood) {
  EXPECT_EQ(read(answer(ca_, {.status = V_OCSP_CERTSTATUS_REVOKED}))->status, OcspStatus::revoked);
  EXPECT_EQ(read(answer(ca_, {.status = V_OCSP_CERTSTATUS_UNKNOWN}))->status, OcspStatus::unknown);
}

TEST_F(Ocsp, HoldsDatesAgainstItsOwnClock) {
  const auto octets = answer(ca_);
  EXPECT_EQ(refusal(octets, minutes(59)), "");
  EXPECT_EQ(refusal(octets, minutes(60)), "ocsp.stale");
  EXPECT_EQ(refusal(octets, minutes(-6)), "");
  EXPECT_EQ(refusal(octets, minutes(-7)), "ocsp.not-yet-valid");
}

TEST_F(Ocsp, GivesAnAnswerWithoutNextUpdateOneHour) {
  const auto octets = answer(ca_, {.next_update = false});
  EXPECT_EQ(refusal(octets, minutes(58)), "");
  EXPECT_EQ(refusal(octets, minutes(59)), "ocsp.stale");
}

TEST_F(Ocsp, RefusesAnAnswerAboutAnotherCertificate) {
  const Identity other = issue({.common_name = "192.0.2.2"}, &ca_);
  const auto octets = answer_by_ocsp(ca_, other.leaf(), ca_.leaf(), std::chrono::system_clock::to_time_t(now_));
  EXPECT_EQ(refusal(octets), "ocsp.other-certificate");
}

TEST_F(Ocsp, RefusesWhatIsNoAnswer) {
  EXPECT_EQ(refusal({}), "ocsp.unreadable");
  EXPECT_EQ(refusal({1, 2, 3}), "ocsp.unreadable");
  EXPECT_EQ(refusal(base::Bytes(largest_ocsp_answer + 1, 0x30)), "ocsp.unreadable");
  EXPECT_EQ(refusal({0x30, 0x03, 0x0a, 0x01, 0x03}), "ocsp.refused") << "tryLater";
  auto longer = answer(ca_);
  longer.push_back(0);
  EXPECT_EQ(refusal(longer), "ocsp.unreadable");
  auto changed = answer(ca_);
  changed[60] ^= 1;  // within what is signed
  EXPECT_NE(refusal(changed), "");
}

}  // namespace
}  // namespace cadenas::pki
