#include "media/key_derivation.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "media/aes_counter.hpp"
#include "media/hmac_sha1.hpp"

namespace cadenas::media {
namespace {

using base::Bytes;

Bytes hex(std::string_view text) {
  return base::from_hex(text).value();
}

/// Keystream blocks number `block`… of the vectors, all of which start at counter f0f1…fcfd0000.
std::string keystream(std::string_view key, std::uint16_t block, std::size_t octets) {
  AesCounter::Counter start;
  std::ranges::copy(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"), start.begin());
  start[14] = static_cast<std::uint8_t>(block >> 8);
  start[15] = static_cast<std::uint8_t>(block);
  Bytes out(octets, 0);
  AesCounter cipher(hex(key));
  EXPECT_TRUE(cipher.apply(start, out));
  return base::to_hex(out);
}

TEST(AesCounterMode, MatchesRfc3711AppendixB2) {
  const char* key = "2b7e151628aed2a6abf7158809cf4f3c";
  EXPECT_EQ(keystream(key, 0, 48),
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
  EXPECT_EQ(keystream(key, 0xfeff, 48),
            "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44");
}

TEST(AesCounterMode, MatchesRfc6188Section7For256Bits) {
  const char* key = "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98";
  EXPECT_EQ(keystream(key, 0, 48),
            "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31");
  EXPECT_EQ(keystream(key, 0xfeff, 48),
            "cea518c90fd91ced9cbb18c078a547113dbc4814f4da5f00a08772b63c6a046d6eb246913062a16891433e97dd01a57f");
}

std::string derived(std::string_view key, std::string_view salt, KeyLabel label, std::size_t octets) {
  return base::to_hex(derive_key(hex(key), hex(salt), label, octets).view());
}

TEST(KeyDerivation, MatchesRfc3711AppendixB3) {
  const char* key = "e1f97a0d3e018be0d64fa32c06de4139";
  const char* salt = "0ec675ad498afeebb6960b3aabe6";
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_encryption, 16), "c61e7a93744f39ee10734afe3ff7a087");
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_salt, 14), "30cbbc08863d8c85d49db34a9ae1");
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_authentication, 94),
            "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef72270986371c10c9a"
            "369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2");
}

TEST(KeyDerivation, MatchesRfc6188Section7For256Bits) {
  const char* key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
  const char* salt = "3b04803de51ee7c96423ab5b78d2";
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_encryption, 32),
            "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_salt, 14), "fa31791685ca444a9e07c6c64e93");
  EXPECT_EQ(derived(key, salt, KeyLabel::rtp_authentication, 20), "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
}

TEST(KeyDerivation, TakesASaltOf12OctetsAsOneOf14WithZerosBehindIt) {  // RFC 7714 §11; libsrtp2 agrees
  const char* key = "e1f97a0d3e018be0d64fa32c06de4139";
  EXPECT_EQ(derived(key, "0ec675ad498afeebb6960b3a", KeyLabel::rtp_encryption, 16),
            derived(key, "0ec675ad498afeebb6960b3a0000", KeyLabel::rtp_encryption, 16));
}

TEST(KeyDerivation, RefusesLengthsNoSuiteHas) {
  EXPECT_THROW(derive_key(Bytes(16), Bytes(13), KeyLabel::rtp_salt, 14), std::logic_error);
  EXPECT_THROW(derive_key(Bytes(17), Bytes(14), KeyLabel::rtp_salt, 14), std::logic_error);
  EXPECT_THROW(derive_key(Bytes(24), Bytes(14), KeyLabel::rtp_salt, 14), std::logic_error);
}

TEST(HmacSha1, MatchesRfc2202) {
  // Cases 1 and 2, the second split into message and suffix.
  const HmacSha1 first{Bytes(20, 0x0b)};
  EXPECT_EQ(base::to_hex(first.sign(base::as_bytes("Hi There"), {})), "b617318655057264e28bc0b6fb378c8ef146be00");
  const HmacSha1 second{base::as_bytes("Jefe")};
  EXPECT_EQ(base::to_hex(second.sign(base::as_bytes("what do ya want "), base::as_bytes("for nothing?"))),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

}  // namespace
}  // namespace cadenas::media
