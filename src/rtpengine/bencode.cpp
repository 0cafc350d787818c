#include "rtpengine/bencode.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.hpp"

namespace cadenas::rtpengine {

namespace {

void wipe_text(std::string& text) {
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

class Decoder {
 public:
  Decoder(std::string_view text, const DecodeLimits& limits) : text_(text), limits_(limits) {}

  base::Result<Value> whole() {
    auto value = read(0);
    if (!value) return value;
    if (at_ != text_.size()) return malformed();
    return value;
  }

 private:
  tl::unexpected<base::Error> malformed() const {
    return base::fail("bencode.malformed", "The bencoded text is malformed at octet " + std::to_string(at_) + ".");
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  // Digits up to `end`, which is taken; no sign unless `with_sign`, no leading zeros.
  base::Result<std::int64_t> number_until(char end, bool with_sign) {
    const std::size_t stop = text_.find(end, at_);
    if (stop == std::string_view::npos) return malformed();
    const std::string_view digits = text_.substr(at_, stop - at_);
    const std::string_view bare = with_sign && digits.starts_with('-') ? digits.substr(1) : digits;
    const bool odd = bare.empty() || bare.front() == '-' || (bare.size() > 1 && bare.front() == '0') || digits == "-0";
    std::int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (odd || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return malformed();
    at_ = stop + 1;
    return value;
  }

  base::Result<std::string> string() {
    const auto length = number_until(':', false);
    if (!length) return tl::unexpected(length.error());
    if (static_cast<std::uint64_t>(*length) > text_.size() - at_) return malformed();
    std::string out(text_.substr(at_, static_cast<std::size_t>(*length)));
    at_ += out.size();
    return out;
  }

  base::Result<Value> list(std::size_t depth) {
    Value::List out;
    while (!next_is('e')) {
      auto item = read(depth + 1);
      if (!item) return item;
      out.push_back(std::move(*item));
    }
    ++at_;
    return Value(std::move(out));
  }

  base::Result<Value> dictionary(std::size_t depth) {
    Value::Dictionary out;
    while (!next_is('e')) {
      auto key = string();
      if (!key) return tl::unexpected(key.error());
      auto value = read(depth + 1);
      if (!value) return value;
      out.push_back({std::move(*key), std::move(*value)});
    }
    ++at_;
    return Value(std::move(out));
  }

  base::Result<Value> read(std::size_t depth) {
    if (depth >= limits_.depth || ++values_ > limits_.values) {
      return base::fail("bencode.too-large", "The bencoded text nests deeper or holds more than is taken.");
    }
    if (at_ >= text_.size()) return malformed();
    switch (text_[at_]) {
      case 'i': {
        ++at_;
        const auto number = number_until('e', true);
        if (!number) return tl::unexpected(number.error());
        return Value(*number);
      }
      case 'l':
        ++at_;
        return list(depth);
      case 'd':
        ++at_;
        return dictionary(depth);
      default: {
        auto text = string();
        if (!text) return tl::unexpected(text.error());
        return Value(std::move(*text));
      }
    }
  }

  std::string_view text_;
  DecodeLimits limits_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append(std::string& out, const Value& value) {
  if (const auto* number = value.number()) {
    out += 'i' + std::to_string(*number) + 'e';
  } else if (const auto* text = value.text()) {
    append_text(out, *text);
  } else if (const auto* list = value.list()) {
    out += 'l';
    for (const Value& item : *list) append(out, item);
    out += 'e';
  } else if (const auto* dictionary = value.dictionary()) {
    std::vector<const Entry*> sorted;
    for (const Entry& entry : *dictionary) sorted.push_back(&entry);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->key < b->key; });
    out += 'd';
    for (const Entry* entry : sorted) {
      append_text(out, entry->key);
      append(out, entry->value);
    }
    out += 'e';
  }
}

}  // namespace

Value::Value() : content_(std::int64_t{0}) {}
Value::Value(std::int64_t number) : content_(number) {}
Value::Value(std::string text) : content_(std::move(text)) {}
Value::Value(std::string_view text) : content_(std::string(text)) {}
Value::Value(const char* text) : content_(std::string(text)) {}
Value::Value(List list) : content_(std::move(list)) {}
Value::Value(Dictionary dictionary) : content_(std::move(dictionary)) {}

const Value* Value::find(std::string_view key) const {
  const Dictionary* entries = dictionary();
  if (!entries) return nullptr;
  const auto found = std::find_if(entries->begin(), entries->end(), [&](const Entry& e) { return e.key == key; });
  return found == entries->end() ? nullptr : &found->value;
}

void Value::set(std::string_view key, Value value) {
  auto& entries = std::get<Dictionary>(content_);
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  if (found != entries.end()) {
    found->value = std::move(value);
  } else {
    entries.push_back({std::string(key), std::move(value)});
  }
}

void Value::wipe() {
  if (auto* text = std::get_if<std::string>(&content_)) wipe_text(*text);
  if (auto* list = std::get_if<List>(&content_)) {
    for (Value& item : *list) item.wipe();
  }
  if (auto* dictionary = std::get_if<Dictionary>(&content_)) {
    for (Entry& entry : *dictionary) entry.value.wipe();
  }
}

base::Result<Value> decode(std::string_view text, const DecodeLimits& limits) {
  if (text.size() > limits.octets) {
    return base::fail("bencode.too-large", "The bencoded text is longer than is taken.");
  }
  return Decoder(text, limits).whole();
}

std::string encode(const Value& value) {
  std::string out;
  out.reserve(4096);  // a command of ours fits in: it is not left behind in pieces as the string grows
  append(out, value);
  return out;
}

}  // namespace cadenas::rtpengine
