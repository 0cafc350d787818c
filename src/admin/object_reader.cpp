#include "admin/object_reader.hpp"

#include <boost/json/parse.hpp>

namespace cadenas::admin {

base::Result<ObjectReader> ObjectReader::parse(std::string_view body) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  if (error) return base::fail("request.not-json", "The body must be JSON (RFC 8259).");
  if (!value.is_object()) return base::fail("request.not-object", "The body must be a JSON object.");
  return ObjectReader(std::move(value.as_object()));
}

const boost::json::value* ObjectReader::take(std::string_view member) {
  asked_.emplace(member);
  return object_.if_contains(member);
}

void ObjectReader::complain(const char* code, const char* message, std::string_view member) {
  if (!problem_) problem_ = base::Error{code, message, std::string(member)};
}

std::optional<std::string> ObjectReader::text(std::string_view member) {
  const boost::json::value* value = take(member);
  if (!value) return std::nullopt;
  if (value->is_string()) return std::string(value->as_string());
  complain("request.member-type", "This member must be a string.", member);
  return std::nullopt;
}

std::optional<bool> ObjectReader::flag(std::string_view member) {
  const boost::json::value* value = take(member);
  if (!value) return std::nullopt;
  if (value->is_bool()) return value->as_bool();
  complain("request.member-type", "This member must be true or false.", member);
  return std::nullopt;
}

std::optional<std::uint64_t> ObjectReader::number(std::string_view member, std::uint64_t most) {
  const boost::json::value* value = take(member);
  if (!value) return std::nullopt;
  if (!value->is_int64() || value->as_int64() < 0) {
    complain("request.member-type", "This member must be a whole number from 0.", member);
    return std::nullopt;
  }
  const auto number = static_cast<std::uint64_t>(value->as_int64());
  if (number <= most) return number;
  complain("request.member-value", "This number is too large.", member);
  return std::nullopt;
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view member) {
  const boost::json::value* value = take(member);
  if (!value) return std::nullopt;
  std::vector<std::string> out;
  bool good = value->is_array();
  if (good) {
    for (const boost::json::value& item : value->as_array()) {
      good = good && item.is_string();
      if (good) out.emplace_back(item.as_string());
    }
  }
  if (good) return out;
  complain("request.member-type", "This member must be a list of strings.", member);
  return std::nullopt;
}

std::optional<std::vector<ObjectReader>> ObjectReader::objects(std::string_view member) {
  const boost::json::value* value = take(member);
  if (!value) return std::nullopt;
  std::vector<ObjectReader> out;
  bool good = value->is_array();
  if (good) {
    for (const boost::json::value& item : value->as_array()) {
      good = good && item.is_object();
      if (good) out.push_back(ObjectReader(item.as_object()));
    }
  }
  if (good) return out;
  complain("request.member-type", "This member must be a list of objects.", member);
  return std::nullopt;
}

std::string ObjectReader::required_text(std::string_view member) {
  if (!object_.contains(member)) complain("request.member-missing", "This member must be given.", member);
  return text(member).value_or("");
}

base::Result<void> ObjectReader::finish() const {
  if (problem_) return tl::unexpected<base::Error>(*problem_);
  for (const auto& member : object_) {
    if (!asked_.contains(std::string_view(member.key()))) {
      return base::fail("request.member-unknown", "This request takes no such member.", std::string(member.key()));
    }
  }
  return {};
}

}  // namespace cadenas::admin
