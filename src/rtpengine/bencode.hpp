#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace cadenas::rtpengine {

struct Entry;

/// A value of bencode, the encoding of rtpengine's `ng` protocol: a whole number, a string of octets, a list, or a
/// dictionary.
class Value {
 public:
  using List = std::vector<Value>;
  using Dictionary = std::vector<Entry>;

  Value();  ///< 0
  Value(std::int64_t number);
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(List list);
  Value(Dictionary dictionary);

  // Null where the value is of another kind.
  const std::int64_t* number() const { return std::get_if<std::int64_t>(&content_); }
  const std::string* text() const { return std::get_if<std::string>(&content_); }
  const List* list() const { return std::get_if<List>(&content_); }
  const Dictionary* dictionary() const { return std::get_if<Dictionary>(&content_); }

  /// The value under `key`; null where this is no dictionary or has no such key.
  const Value* find(std::string_view key) const;
  /// Puts `value` under `key`, in the place of one that is there; for a dictionary only.
  void set(std::string_view key, Value value);
  /// Overwrites every string in it: a command or an answer that held keys.
  void wipe();

 private:
  std::variant<std::int64_t, std::string, List, Dictionary> content_;
};

struct Entry {
  std::string key;
  Value value;
};

/// What a decoder takes before it gives up.
struct DecodeLimits {
  std::size_t octets = 65'535;
  std::size_t depth = 16;
  std::size_t values = 16'384;
};

/// Reads exactly one value; dictionaries in any order of keys, since rtpengine does not sort them. Errors
/// "bencode.too-large", "bencode.malformed" with the offset; never quotes the text.
base::Result<Value> decode(std::string_view text, const DecodeLimits& limits = {});

/// The canonical form: keys sorted as octets.
std::string encode(const Value& value);

}  // namespace cadenas::rtpengine
