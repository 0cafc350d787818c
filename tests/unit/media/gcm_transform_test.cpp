// The test vectors of RFC 7714 §16 (SRTP) and §17 (SRTCP), which give session keys: key derivation is not part of them.
#include "media/gcm_transform.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace cadenas::media {
namespace {

using base::Bytes;

const std::string kKey128 = "000102030405060708090a0b0c0d0e0f";
const std::string kKey256 = kKey128 + "101112131415161718191a1b1c1d1e1f";

const std::string kRtpHeader = "8040f17b8041f8d35501a0b2";
const std::string kRtpPayload = "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
const std::string kRtcpHeader = "81c8000d4d617273";
const std::string kRtcpPayload =
    "4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

Bytes hex(const std::string& text) {
  return base::from_hex(text).value();
}

/// One vector: what of the packet is readable, what is encrypted and what that becomes, in hex.
struct Vector {
  const char* section;
  std::string key;
  std::string clear;
  std::string payload;
  std::string index_field;  ///< empty: SRTP
  std::string ciphertext;
  std::string tag;
};

const Vector kVectors[] = {
    {"16.1.1 and 16.1.2", kKey128, kRtpHeader, kRtpPayload, "",
     "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833",
     "899d7f27beb16a9152cf765ee4390cce"},
    {"16.1.3 and 16.1.4", kKey128, kRtpHeader + kRtpPayload, "", "", "", "22493f82d2bce397e9d79e3b19aa4216"},
    {"16.2.1 and 16.2.2", kKey256, kRtpHeader, kRtpPayload, "",
     "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b",
     "7aa3db36dfffd6b0f9bb7878d7a76c13"},
    {"16.2.3 and 16.2.4", kKey256, kRtpHeader + kRtpPayload, "", "", "", "a866d5910f887463067ceefec45215d4"},
    {"17.1", kKey128, kRtcpHeader, kRtcpPayload, "800005d4",
     "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b",
     "c84aa45896cf4d2fc5abf87245d9eade"},
    {"17.2", kKey256, kRtcpHeader, kRtcpPayload, "800005d4",
     "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad",
     "1d1eb30c4446839f57ff6f6cb26ac3be"},
    {"17.3", kKey128, kRtcpHeader + kRtcpPayload, "", "000005d4", "", "841dd9683dd78ec92ae58790125f62b3"},
    {"17.4", kKey256, kRtcpHeader + kRtcpPayload, "", "000005d4", "", "91db4afbfeee5a978fab4393ed2615fe"},
};

class Rfc7714 : public testing::TestWithParam<Vector> {
 protected:
  PacketParts parts(Bytes& body, Bytes& tag) const {
    const bool is_rtcp = !GetParam().index_field.empty();
    return {.ssrc = is_rtcp ? 0x4d617273U : 0x5501a0b2U,
            .index = is_rtcp ? 0x5d4U : 0xf17bU,
            .body = body,
            .clear = GetParam().clear.size() / 2,
            .index_field = index_field_,
            .tag = tag};
  }
  Bytes index_field_ = hex(GetParam().index_field);
  GcmTransform transform_{hex(GetParam().key), hex("517569642070726f2071756f")};
};

TEST_P(Rfc7714, SealsAsTheVectorSays) {
  Bytes body = hex(GetParam().clear + GetParam().payload);
  Bytes tag(AesGcm::kTag);
  ASSERT_EQ(transform_.seal(parts(body, tag)), SrtpStatus::ok);
  EXPECT_EQ(base::to_hex(body), GetParam().clear + GetParam().ciphertext);
  EXPECT_EQ(base::to_hex(tag), GetParam().tag);
}

TEST_P(Rfc7714, OpensTheVectorAndNothingElse) {
  const Bytes sealed = hex(GetParam().clear + GetParam().ciphertext);
  Bytes body = sealed;
  Bytes tag = hex(GetParam().tag);
  tag[15] ^= 1;
  EXPECT_EQ(transform_.open(parts(body, tag), Opening::decrypt), SrtpStatus::auth_failed);
  EXPECT_EQ(body, sealed);
  tag[15] ^= 1;
  EXPECT_EQ(transform_.open(parts(body, tag), Opening::verify_only), SrtpStatus::ok);
  EXPECT_EQ(body, sealed);
  EXPECT_EQ(transform_.open(parts(body, tag), Opening::decrypt), SrtpStatus::ok);
  EXPECT_EQ(base::to_hex(body), GetParam().clear + GetParam().payload);
}

INSTANTIATE_TEST_SUITE_P(EveryVector, Rfc7714, testing::ValuesIn(kVectors), [](const auto& vector) {
  std::string name = std::string("Section") + vector.param.section;
  std::erase_if(name, [](char c) { return c == ' '; });
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

}  // namespace
}  // namespace cadenas::media
