#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace cadenas::base {
namespace {

TEST(Utf8, TakesSequencesOfOneToFourOctets) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Zoé ✔ 𝄞"));
  EXPECT_EQ(utf8_sequence("é"), 2U);
  EXPECT_EQ(utf8_sequence("𝄞 and more"), 4U);
}

// RFC 3629 §3 and §10.
TEST(Utf8, RefusesWhatIsCutOverlongASurrogateOrBeyondTheLast) {
  for (const char* bad : {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xFF", "\xE2\x9C"}) {
    EXPECT_FALSE(is_utf8(std::string("a") + bad)) << std::hex << static_cast<int>(static_cast<unsigned char>(bad[0]));
    EXPECT_EQ(utf8_sequence(bad), 0U);
  }
  EXPECT_EQ(utf8_sequence(""), 0U);
}

}  // namespace
}  // namespace cadenas::base
