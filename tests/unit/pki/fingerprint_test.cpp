#include "pki/fingerprint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.hpp"

namespace cadenas::pki {
namespace {

TEST(Fingerprint, IsSpelledInPairsAndGroups) {
  EXPECT_EQ(spell_fingerprint("00112233445566778899aabbccddeeff01020304"),
            "00:11:22:33:44:55:66:77 88:99:AA:BB:CC:DD:EE:FF 01:02:03:04");
  EXPECT_EQ(spell_fingerprint(""), "");
}

TEST(Fingerprint, IsReadInTheSpellingsOfProgramsAndPhones) {
  const std::string hex = "00112233445566778899aabbccddeeff01020304";
  for (const char* text : {"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02:03:04",
                           "SHA1 Fingerprint=00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02:03:04",
                           "SHA1:00112233445566778899aabbccddeeff01020304",
                           "sha-1 00-11-22-33-44-55-66-77-88-99-aa-bb-cc-dd-ee-ff-01-02-03-04",
                           "  0011 2233 4455 6677 8899 AABB CCDD EEFF 0102 0304 "}) {
    EXPECT_EQ(read_fingerprint(text), hex) << text;
  }
}

TEST(Fingerprint, IsNoOtherText) {
  EXPECT_FALSE(read_fingerprint(""));
  EXPECT_FALSE(read_fingerprint("00:11"));
  EXPECT_FALSE(read_fingerprint(std::string(63, '0')));
  EXPECT_FALSE(read_fingerprint(std::string(65, '0')));
  EXPECT_FALSE(read_fingerprint(std::string(39, '0') + "x"));
}

RC_GTEST_PROP(Fingerprint, IsReadAsItIsSpelled, ()) {
  const auto octets = *rc::gen::container<base::Bytes>(32, rc::gen::arbitrary<std::uint8_t>());
  const std::string hex = base::to_hex(octets);
  RC_ASSERT(read_fingerprint(spell_fingerprint(hex)) == hex);
  RC_ASSERT(read_fingerprint("sha256 Fingerprint=" + spell_fingerprint(hex)) == hex);
}

}  // namespace
}  // namespace cadenas::pki
