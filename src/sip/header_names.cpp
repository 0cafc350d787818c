#include "sip/header_names.hpp"

#include <array>
#include <cstdint>

#include "sip/grammar.hpp"

namespace cadenas::sip {

namespace {

struct Name {
  HeaderId id;
  std::string_view text;
};

constexpr std::array known = {
    Name{HeaderId::accept, "Accept"},
    Name{HeaderId::alert_info, "Alert-Info"},
    Name{HeaderId::allow, "Allow"},
    Name{HeaderId::allow_events, "Allow-Events"},
    Name{HeaderId::authorization, "Authorization"},
    Name{HeaderId::authentication_info, "Authentication-Info"},
    Name{HeaderId::call_id, "Call-ID"},
    Name{HeaderId::call_info, "Call-Info"},
    Name{HeaderId::contact, "Contact"},
    Name{HeaderId::content_disposition, "Content-Disposition"},
    Name{HeaderId::content_encoding, "Content-Encoding"},
    Name{HeaderId::content_length, "Content-Length"},
    Name{HeaderId::content_type, "Content-Type"},
    Name{HeaderId::cseq, "CSeq"},
    Name{HeaderId::date, "Date"},
    Name{HeaderId::error_info, "Error-Info"},
    Name{HeaderId::event, "Event"},
    Name{HeaderId::expires, "Expires"},
    Name{HeaderId::from, "From"},
    Name{HeaderId::max_forwards, "Max-Forwards"},
    Name{HeaderId::min_expires, "Min-Expires"},
    Name{HeaderId::min_se, "Min-SE"},
    Name{HeaderId::p_asserted_identity, "P-Asserted-Identity"},
    Name{HeaderId::path, "Path"},
    Name{HeaderId::privacy, "Privacy"},
    Name{HeaderId::proxy_authenticate, "Proxy-Authenticate"},
    Name{HeaderId::proxy_authorization, "Proxy-Authorization"},
    Name{HeaderId::proxy_require, "Proxy-Require"},
    Name{HeaderId::rack, "RAck"},
    Name{HeaderId::reason, "Reason"},
    Name{HeaderId::record_route, "Record-Route"},
    Name{HeaderId::referred_by, "Referred-By"},
    Name{HeaderId::refer_to, "Refer-To"},
    Name{HeaderId::replaces, "Replaces"},
    Name{HeaderId::require, "Require"},
    Name{HeaderId::retry_after, "Retry-After"},
    Name{HeaderId::route, "Route"},
    Name{HeaderId::rseq, "RSeq"},
    Name{HeaderId::server, "Server"},
    Name{HeaderId::session_expires, "Session-Expires"},
    Name{HeaderId::subject, "Subject"},
    Name{HeaderId::subscription_state, "Subscription-State"},
    Name{HeaderId::supported, "Supported"},
    Name{HeaderId::to, "To"},
    Name{HeaderId::unsupported, "Unsupported"},
    Name{HeaderId::user_agent, "User-Agent"},
    Name{HeaderId::via, "Via"},
    Name{HeaderId::warning, "Warning"},
    Name{HeaderId::www_authenticate, "WWW-Authenticate"},
};

constexpr HeaderId compact(char c) {
  switch (grammar::lower(c)) {
    case 'b':
      return HeaderId::referred_by;
    case 'c':
      return HeaderId::content_type;
    case 'e':
      return HeaderId::content_encoding;
    case 'f':
      return HeaderId::from;
    case 'i':
      return HeaderId::call_id;
    case 'k':
      return HeaderId::supported;
    case 'l':
      return HeaderId::content_length;
    case 'm':
      return HeaderId::contact;
    case 'o':
      return HeaderId::event;
    case 'r':
      return HeaderId::refer_to;
    case 's':
      return HeaderId::subject;
    case 't':
      return HeaderId::to;
    case 'u':
      return HeaderId::allow_events;
    case 'v':
      return HeaderId::via;
    case 'x':
      return HeaderId::session_expires;
    default:
      return HeaderId::other;
  }
}

// A hash over three characters and the length; the multiplier is searched at compile time so that no two names meet.
constexpr std::size_t slots = 512;
constexpr std::size_t slot_of(std::string_view name, std::uint32_t multiplier) {
  const auto at = [name](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i]) | 0x20U);
  };
  const std::uint32_t key =
      at(0) | at(name.size() / 2) << 8 | at(name.size() - 2) << 16 | static_cast<std::uint32_t>(name.size()) << 24;
  return (key * multiplier) >> 23;
}
constexpr std::uint32_t find_multiplier() {
  for (std::uint32_t candidate = 0x9E3779B1U;; candidate += 0x3D4D51C2U) {
    std::array<bool, slots> taken{};
    bool good = true;
    for (const Name& n : known) {
      bool& slot = taken[slot_of(n.text, candidate)];
      if (slot) {
        good = false;
        break;
      }
      slot = true;
    }
    if (good) return candidate;
  }
}
constexpr std::uint32_t multiplier = find_multiplier();

constexpr std::array<std::uint8_t, slots> make_table() {
  std::array<std::uint8_t, slots> table{};
  for (std::size_t i = 0; i < known.size(); ++i)
    table[slot_of(known[i].text, multiplier)] = static_cast<std::uint8_t>(i + 1);
  return table;
}
constexpr std::array<std::uint8_t, slots> table = make_table();

}  // namespace

HeaderId header_id(std::string_view name) {
  if (name.size() < 2) return name.empty() ? HeaderId::other : compact(name.front());
  const std::uint8_t at = table[slot_of(name, multiplier)];
  if (at == 0) return HeaderId::other;
  const std::string_view text = known[at - 1U].text;  // almost always in this very case
  if (text != name && !grammar::same(text, name)) return HeaderId::other;
  return known[at - 1U].id;
}

std::string_view header_name(HeaderId id) {
  for (const Name& n : known)
    if (n.id == id) return n.text;
  return {};
}

}  // namespace cadenas::sip
