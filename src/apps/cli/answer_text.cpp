#include "apps/cli/answer_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cadenas::apps::cli {

using boost::json::value;

namespace {

std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool c1 = octet == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c1 || octet < 0x20 || octet == 0x7F ? '?' : text[i];
  }
  return out;
}

}  // namespace

std::string text(const value& from, std::string_view member) {
  const value* found = from.is_object() ? from.as_object().if_contains(member) : nullptr;
  if (!found || found->is_null()) return {};
  if (found->is_string()) return without_controls(found->as_string());
  if (found->is_bool()) return found->as_bool() ? "yes" : "no";
  if (found->is_array()) {
    std::string out;
    for (const value& item : found->as_array()) {
      if (!out.empty()) out += ", ";
      out += item.is_string() ? without_controls(item.as_string()) : boost::json::serialize(item);
    }
    return out;
  }
  return boost::json::serialize(*found);
}

std::string short_time(const value& from, std::string_view member) {
  std::string at = text(from, member);
  if (at.size() < 20) return at;
  at[10] = ' ';
  return at.substr(0, 19);
}

const boost::json::array& list(const value& from, std::string_view member) {
  static const boost::json::array none;
  const value* found = from.is_object() ? from.as_object().if_contains(member) : nullptr;
  return found && found->is_array() ? found->as_array() : none;
}

bool flag(const value& from, std::string_view member) {
  return text(from, member) == "yes";
}

}  // namespace cadenas::apps::cli
