#include "sip/name_addr.hpp"

#include "sip/header_values.hpp"
#include "sip/quoted_string.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault unclosed_name{"sip.name-addr", "A display name has no closing quote."};
constexpr Fault no_bracket{"sip.name-addr", "A display name must be followed by a URI in angle brackets."};
constexpr Fault open_bracket{"sip.name-addr", "A URI in angle brackets has no closing bracket."};
constexpr Fault needs_brackets{"sip.name-addr", "A URI with a question mark or comma must stand in angle brackets."};
constexpr Fault behind_address{"sip.name-addr", "Something follows the address that does not belong to it."};

}  // namespace

const Fault* NameAddr::read(std::string_view list, std::size_t& at, NameAddr& out) {
  at = skip(list, at, blank);
  const std::size_t begin = at;
  out.display_name = {};
  out.bracketed = true;
  if (at < list.size() && list[at] == '"') {
    const std::size_t end = quoted_end(list, at);
    if (end == std::string_view::npos) return &unclosed_name;
    out.display_name = list.substr(begin + 1, end - begin - 2);
    at = skip(list, end, blank);
    if (at == list.size() || list[at] != '<') return &no_bracket;
  } else {
    at = skip(list, at, token | blank);
    out.bracketed = at < list.size() && list[at] == '<';
    if (out.bracketed) out.display_name = trim(list.substr(begin, at - begin));
  }
  if (out.bracketed) {
    const std::size_t end = list.find('>', at);
    if (end == std::string_view::npos) return &open_bracket;
    if (const Fault* fault = Uri::read(list.substr(at + 1, end - at - 1), out.uri)) return fault;
    at = end + 1;
  } else {
    // What follows ";" belongs to the header; "," ends the value (RFC 3261 §20.10).
    at = begin;
    while (at < list.size() && list[at] != ';' && list[at] != ',' && !is(list[at], blank)) {
      if (list[at] == '?') return &needs_brackets;
      ++at;
    }
    if (const Fault* fault = Uri::read(list.substr(begin, at - begin), out.uri)) return fault;
  }
  return Params::read(list, at, out.params);
}

base::Result<NameAddr> NameAddr::parse(std::string_view value) {
  NameAddr out;
  std::size_t at = 0;
  if (const Fault* fault = read(value, at, out)) return refuse(fault);
  if (at != value.size()) return refuse(&behind_address);
  return out;
}

base::Result<NameAddr> NameAddr::parse_front(std::string_view& list) {
  NameAddr out;
  std::size_t at = 0;
  if (const Fault* fault = read(list, at, out)) return refuse(fault);
  if (at < list.size()) {
    at = skip(list, at + 1, blank);
    if (at == list.size()) return refuse(&behind_address);
  }
  list.remove_prefix(at);
  return out;
}

std::optional<std::uint32_t> NameAddr::expires() const {
  const auto text = param("expires");
  if (!text) return std::nullopt;
  const auto seconds = parse_uint32(*text);
  return seconds ? std::optional(*seconds) : std::nullopt;
}

std::optional<unsigned> NameAddr::q() const {
  const auto text = param("q");
  if (!text || text->empty() || text->size() > 5 || ((*text)[0] != '0' && (*text)[0] != '1')) return std::nullopt;
  unsigned value = (*text)[0] == '1' ? 1000 : 0;
  if (text->size() > 1 && (*text)[1] != '.') return std::nullopt;
  unsigned weight = 100;
  for (std::size_t i = 2; i < text->size(); ++i, weight /= 10) {
    if (!is((*text)[i], digit)) return std::nullopt;
    value += weight * static_cast<unsigned>((*text)[i] - '0');
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

std::string NameAddr::display_text() const {
  std::string text = "\"";
  text += display_name;
  return unquote(text += '"');
}

base::Result<std::vector<NameAddr>> parse_name_addrs(std::string_view value) {
  std::vector<NameAddr> out;
  value = trim(value);
  do {
    auto one = NameAddr::parse_front(value);
    if (!one) return tl::unexpected(one.error());
    out.push_back(*one);
  } while (!value.empty());
  return out;
}

base::Result<std::vector<NameAddr>> name_addrs(const MessageView& message, HeaderId id) {
  std::vector<NameAddr> out;
  for (const HeaderField& field : message.headers()) {
    if (field.id != id) continue;
    auto some = parse_name_addrs(field.value);
    if (!some) {
      some.error().field = std::string(field.name);
      return some;
    }
    out.insert(out.end(), some->begin(), some->end());
  }
  return out;
}

base::Result<Contacts> Contacts::of(const MessageView& message) {
  Contacts out;
  std::size_t fields = 0;
  for (const HeaderField& field : message.headers()) {
    if (field.id != HeaderId::contact) continue;
    ++fields;
    if (field.value == "*") {
      out.star = true;
      continue;
    }
    auto some = parse_name_addrs(field.value);
    if (!some) return base::fail("sip.contact", some.error().message, "Contact");
    out.entries.insert(out.entries.end(), some->begin(), some->end());
  }
  if (out.star && fields > 1)
    return base::fail("sip.contact", "A Contact of * must be the only one (RFC 3261 section 10.2.2).", "Contact");
  return out;
}

}  // namespace cadenas::sip
