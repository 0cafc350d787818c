#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cadenas::admin {

/// Reads the members of a request's JSON object, each with its type; the first thing wrong is kept and told by
/// `finish`, so that a reader is a list of members and one check.
///
/// Errors: "request.not-json", "request.not-object", "request.member-type", "request.member-missing",
/// "request.member-unknown", "request.member-value"; the field is the member's name. Values are never quoted: they may
/// be secret.
class ObjectReader {
 public:
  static base::Result<ObjectReader> parse(std::string_view body);

  bool has(std::string_view member) const { return object_.contains(member); }
  /// Nothing when absent (or of another type, which `finish` tells).
  std::optional<std::string> text(std::string_view member);
  std::optional<bool> flag(std::string_view member);
  /// A whole number from 0 to `most`.
  std::optional<std::uint64_t> number(std::string_view member, std::uint64_t most);
  std::optional<std::vector<std::string>> texts(std::string_view member);
  /// Each to be read, and finished, by itself.
  std::optional<std::vector<ObjectReader>> objects(std::string_view member);
  /// One of the words `read_word` knows.
  template <class Enum>
  std::optional<Enum> word(std::string_view member, std::optional<Enum> (*read_word)(std::string_view)) {
    const auto value = text(member);
    if (!value) return std::nullopt;
    const auto parsed = read_word(*value);
    if (!parsed) complain("request.member-value", "This is not one of the words this member takes.", member);
    return parsed;
  }
  /// As `text`, and complains when absent.
  std::string required_text(std::string_view member);

  /// The first complaint, or the first member nobody asked for.
  base::Result<void> finish() const;

 private:
  explicit ObjectReader(boost::json::object object) : object_(std::move(object)) {}
  const boost::json::value* take(std::string_view member);
  void complain(const char* code, const char* message, std::string_view member);

  boost::json::object object_;
  std::set<std::string, std::less<>> asked_;
  std::optional<base::Error> problem_;
};

}  // namespace cadenas::admin
