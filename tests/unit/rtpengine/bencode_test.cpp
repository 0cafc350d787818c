#include "rtpengine/bencode.hpp"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cadenas::rtpengine {
namespace {

// Values nested at most `depth` deep.
rc::Gen<Value> any_value(int depth) {
  auto flat = rc::gen::oneOf(rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value(n); }),
                             rc::gen::map(rc::gen::arbitrary<std::string>(), [](std::string t) { return Value(t); }));
  if (depth == 0) return flat;
  const auto lists = rc::gen::map(rc::gen::container<std::vector<Value>>(any_value(depth - 1)),
                                  [](std::vector<Value> items) { return Value(std::move(items)); });
  const auto dictionaries = rc::gen::map(
      rc::gen::container<std::map<std::string, Value>>(rc::gen::arbitrary<std::string>(), any_value(depth - 1)),
      [](const std::map<std::string, Value>& entries) {
        Value::Dictionary out;
        for (const auto& [key, value] : entries) out.push_back({key, value});
        return Value(std::move(out));
      });
  return rc::gen::oneOf(flat, lists, dictionaries);
}

std::string code_of(std::string_view text, const DecodeLimits& limits = {}) {
  const auto value = decode(text, limits);
  return value ? "" : value.error().code;
}

TEST(Bencode, ReadsWhatItWrites) {
  EXPECT_TRUE(rc::check("decode(encode(v)) is v", [] {
    const std::string written = encode(*rc::gen::resize(10, any_value(3)));
    const auto read = decode(written, {.octets = 1 << 20, .values = 1 << 20});
    RC_ASSERT(read.has_value());
    RC_ASSERT(encode(*read) == written);
  }));
}

TEST(Bencode, NeverReadsATextWithAnOctetMissing) {
  EXPECT_TRUE(rc::check("a prefix is malformed", [] {
    const std::string written = encode(Value::List{*rc::gen::resize(8, any_value(2))});
    const auto cut = *rc::gen::inRange<std::size_t>(0, written.size());
    RC_ASSERT(!decode(written.substr(0, cut)).has_value());
  }));
}

TEST(Bencode, WritesKeysInOrderAndReadsThemInAny) {
  const Value value = Value::Dictionary{{"b", std::int64_t{2}}, {"a", "x"}};
  EXPECT_EQ(encode(value), "d1:a1:x1:bi2ee");
  const auto read = decode("d1:bi2e1:a1:xe");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read->find("a")->text(), "x");
  EXPECT_EQ(*read->find("b")->number(), 2);
  EXPECT_EQ(read->find("c"), nullptr);
}

TEST(Bencode, RefusesWhatIsMalformed) {
  for (const char* text :
       {"",  "i",    "ie",   "i-e",   "i-0e",     "i01e",   "i1", "i9223372036854775808e", "-1:a", "2:a", "01:a", "1a",
        "l", "li1e", "d1:a", "d1:ae", "di1ei2ee", "i1ei2e", "x",  "4294967296:a"}) {
    EXPECT_EQ(code_of(text), "bencode.malformed") << text;
  }
}

TEST(Bencode, GivesUpOnWhatIsTooDeepOrTooMuch) {
  EXPECT_EQ(code_of(std::string(100, 'l') + std::string(100, 'e')), "bencode.too-large");
  EXPECT_EQ(code_of("li1ei1ei1ee", {.values = 3}), "bencode.too-large");
  EXPECT_EQ(code_of("5:aaaaa", {.octets = 6}), "bencode.too-large");
}

TEST(Bencode, WipesEveryStringOfAValue) {
  Value value = Value::Dictionary{{"sdp", "secret"}, {"more", Value::List{"secret", std::int64_t{1}}}};
  value.wipe();
  EXPECT_EQ(encode(value).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace cadenas::rtpengine
