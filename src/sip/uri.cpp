#include "sip/uri.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault empty_uri{"uri.empty", "A URI was expected, but nothing is there."};
constexpr Fault bad_scheme{"uri.scheme", "A URI must begin with a scheme and a colon."};
constexpr Fault bad_user{"uri.user", "The user part of a URI holds a character or escape that is not allowed."};
constexpr Fault bad_host{"uri.host", "The host of a URI must be a domain name, an IPv4 or a bracketed IPv6 address."};
constexpr Fault bad_port{"uri.port", "The port of a URI must be a number up to 65535."};
constexpr Fault bad_params{"uri.params", "The parameters of a URI are malformed."};
constexpr Fault bad_headers{"uri.headers", "The headers of a URI are malformed."};
constexpr Fault bad_character{"uri.character", "The URI holds a character or escape that is not allowed."};

// The octet at `at` with its escape resolved; moves on behind it.
char unescaped_at(std::string_view text, std::size_t& at) {
  if (text[at] == '%' && at + 2 < text.size()) {
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high >= 0 && low >= 0) {
      at += 3;
      return static_cast<char>(high * 16 + low);
    }
  }
  return text[at++];
}

// RFC 3261 §19.1.4: an escape equals the octet it stands for.
bool same_unescaped(std::string_view a, std::string_view b, bool fold_case) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const char x = unescaped_at(a, i);
    const char y = unescaped_at(b, j);
    if (fold_case ? lower(x) != lower(y) : x != y) return false;
  }
  return i == a.size() && j == b.size();
}

struct Pair {
  std::string_view name;
  std::string_view value;
};

// Takes the first name[=value] off `list`, whose elements are separated (and, for parameters, led) by `separator`.
bool next_pair(std::string_view& list, char separator, Pair& out) {
  if (!list.empty() && list.front() == separator) list.remove_prefix(1);
  if (list.empty()) return false;
  const auto one = list.substr(0, list.find(separator));
  list.remove_prefix(one.size());
  out.name = one.substr(0, one.find('='));
  out.value = one.substr(std::min(out.name.size() + 1, one.size()));
  return true;
}

std::optional<std::string_view> find_pair(std::string_view list, char separator, std::string_view name) {
  for (Pair p; next_pair(list, separator, p);)
    if (same_unescaped(p.name, name, true)) return p.value;
  return std::nullopt;
}

// Comparing and looking for repetitions is quadratic: hostile lists must stay short.
constexpr std::size_t most_pairs = 64;

// Well-formed, and no name twice (RFC 3261 §19.1.1).
bool is_params(std::string_view text) {
  const std::string_view whole = text;
  for (std::size_t count = 0; !text.empty(); ++count) {
    text.remove_prefix(1);  // the ";"
    const auto one = text.substr(0, text.find(';'));
    const auto name = one.substr(0, one.find('='));
    if (count == most_pairs || name.empty() || !all_escaped(name, uri_param)) return false;
    if (name.size() < one.size() && !all_escaped(one.substr(name.size() + 1), uri_param)) return false;
    if (count > 0) {
      const auto first = find_pair(whole, ';', name);
      if (first && first->data() < name.data()) return false;
    }
    text.remove_prefix(one.size());
  }
  return true;
}

bool is_headers(std::string_view text) {
  for (std::size_t count = 0; count < most_pairs; ++count) {
    const auto one = text.substr(0, text.find('&'));
    const auto name = one.substr(0, one.find('='));
    if (name.empty() || name.size() == one.size() || !all_escaped(name, uri_header)) return false;
    if (!all_escaped(one.substr(name.size() + 1), uri_header)) return false;
    if (one.size() == text.size()) return true;
    text.remove_prefix(one.size() + 1);
  }
  return false;
}

bool must_match_if_in_either(std::string_view name) {
  for (const std::string_view n : {"user", "ttl", "method", "maddr", "transport"})
    if (same_unescaped(name, n, true)) return true;
  return false;
}

bool params_agree(std::string_view a, std::string_view b) {
  std::string_view rest = a;
  for (Pair p; next_pair(rest, ';', p);) {
    const auto other = find_pair(b, ';', p.name);
    if (other ? !same_unescaped(p.value, *other, true) : must_match_if_in_either(p.name)) return false;
  }
  return true;
}

bool headers_contained(std::string_view a, std::string_view b) {
  std::string_view rest = a;
  for (Pair p; next_pair(rest, '&', p);) {
    const auto other = find_pair(b, '&', p.name);
    if (!other || !same_unescaped(p.value, *other, false)) return false;
  }
  return true;
}

// Equal telephone numbers but for "-", ".", "(" and ")" (RFC 3966 §4).
bool same_number(std::string_view a, std::string_view b) {
  const auto bare = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (c != '-' && c != '.' && c != '(' && c != ')') out += lower(c);
    return out;
  };
  return bare(a) == bare(b);
}

std::string escape_all_but(std::string_view text, unsigned of) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is(c, of) && c != '#') {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
  return out;
}

const Fault* read_sip(std::string_view rest, Uri& out) {
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    const auto userinfo = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const std::size_t colon = userinfo.find(':');
    out.user = userinfo.substr(0, colon);
    if (out.user.empty() || !all_escaped(out.user, user)) return &bad_user;
    if (colon != std::string_view::npos) {
      out.password = userinfo.substr(colon + 1);
      if (!all_escaped(out.password, password)) return &bad_user;
    }
  }
  std::size_t end = 0;
  if (!rest.empty() && rest.front() == '[') {
    end = rest.find(']');
    if (end == std::string_view::npos) return &bad_host;
    ++end;
  } else {
    end = skip(rest, 0, grammar::host);
  }
  if (!read_host(rest.substr(0, end), out.host_kind, out.host)) return &bad_host;
  rest.remove_prefix(end);
  if (!rest.empty() && rest.front() == ':') {
    const std::size_t port_end = skip(rest, 1, digit);
    const auto port = number(rest.substr(1, port_end - 1), 65535);
    if (!port) return &bad_port;
    out.port = static_cast<std::uint16_t>(*port);
    rest.remove_prefix(port_end);
  }
  if (!rest.empty() && rest.front() == ';') {
    out.params = rest.substr(0, rest.find('?'));
    if (!is_params(out.params)) return &bad_params;
    rest.remove_prefix(out.params.size());
  }
  if (!rest.empty() && rest.front() == '?') {
    out.headers = rest.substr(1);
    return is_headers(out.headers) ? nullptr : &bad_headers;
  }
  return rest.empty() ? nullptr : &bad_character;
}

}  // namespace

bool read_host(std::string_view text, HostKind& kind, std::string_view& bare) {
  if (text.empty() || text.size() > 255) return false;
  if (text.front() == '[') {
    if (text.size() < 4 || text.back() != ']' || text.size() > INET6_ADDRSTRLEN + 1) return false;
    bare = text.substr(1, text.size() - 2);
    char address[INET6_ADDRSTRLEN + 1] = {};
    std::copy(bare.begin(), bare.end(), address);
    in6_addr parsed{};
    kind = HostKind::ipv6;
    return bare.find('\0') == std::string_view::npos && inet_pton(AF_INET6, address, &parsed) == 1;
  }
  bare = text;
  // A last label that begins with a digit can only be that of an IPv4 address: toplabel begins with a letter.
  std::size_t labels = 1;
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (i == label) return false;
      if (i + 1 == text.size()) break;
      label = i + 1;
      ++labels;
    } else if (!is(text[i], host)) {
      return false;
    }
  }
  if (!is(text[label], digit)) {
    kind = HostKind::domain;
    return true;
  }
  kind = HostKind::ipv4;
  if (labels != 4 || text.back() == '.') return false;
  for (std::string_view rest = text;;) {
    const auto part = rest.substr(0, rest.find('.'));
    if (part.size() > 3 || !number(part, 255)) return false;
    if (part.size() == rest.size()) return true;
    rest.remove_prefix(part.size() + 1);
  }
}

const Fault* Uri::read(std::string_view text, Uri& out) {
  out = Uri{};
  out.text = text;
  if (text.empty()) return &empty_uri;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is(text.front(), alpha)) return &bad_scheme;
  out.scheme_name = text.substr(0, colon);
  for (const char c : out.scheme_name)
    if (!is(c, alnum) && c != '+' && c != '-' && c != '.') return &bad_scheme;
  const auto rest = text.substr(colon + 1);
  if (same(out.scheme_name, "sip") || same(out.scheme_name, "sips")) {
    out.scheme = colon == 3 ? UriScheme::sip : UriScheme::sips;
    return read_sip(rest, out);
  }
  out.opaque = rest;
  if (rest.empty()) return &empty_uri;
  if (!all_escaped(rest, uric) &&
      !(all_escaped(rest.substr(0, rest.find('#')), uric) && all_escaped(rest.substr(rest.find('#') + 1), uric)))
    return &bad_character;
  if (!same(out.scheme_name, "tel")) return nullptr;
  out.scheme = UriScheme::tel;
  out.user = rest.substr(0, rest.find(';'));
  out.params = rest.substr(out.user.size());
  if (out.user.empty()) return &bad_user;
  return is_params(out.params) ? nullptr : &bad_params;
}

base::Result<Uri> Uri::parse(std::string_view text) {
  Uri out;
  if (const Fault* fault = read(text, out)) return refuse(fault);
  return out;
}

std::optional<std::string_view> Uri::param(std::string_view name) const {
  return find_pair(params, ';', name);
}
std::optional<std::string_view> Uri::header(std::string_view name) const {
  return find_pair(headers, '&', name);
}
std::string Uri::unescaped_user() const {
  return unescape(user);
}
std::uint16_t Uri::port_or_default() const {
  if (port) return *port;
  return scheme == UriScheme::sips || same(param("transport").value_or(std::string_view{}), "tls") ? 5061 : 5060;
}

bool equivalent(const Uri& a, const Uri& b) {
  if (!same(a.scheme_name, b.scheme_name)) return false;
  if (a.scheme == UriScheme::tel)
    return same_number(a.user, b.user) && params_agree(a.params, b.params) && params_agree(b.params, a.params);
  if (!a.is_sip()) return a.opaque == b.opaque;
  return same_unescaped(a.user, b.user, false) && same_unescaped(a.password, b.password, false) &&
         a.host_kind == b.host_kind && same(a.host, b.host) && a.port == b.port && params_agree(a.params, b.params) &&
         params_agree(b.params, a.params) &&
         (a.headers == b.headers ||
          (headers_contained(a.headers, b.headers) && headers_contained(b.headers, a.headers)));
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) out += unescaped_at(text, at);
  return out;
}
std::string escape_user(std::string_view text) {
  return escape_all_but(text, user);
}
std::string escape_header(std::string_view text) {
  return escape_all_but(text, uri_header);
}

}  // namespace cadenas::sip
