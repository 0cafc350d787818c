#include "sip/sdp_ice.hpp"

#include <algorithm>

#include "sip/grammar.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr std::uint64_t highest_priority = 0x7fff'ffff;
constexpr std::size_t most_options = 32;

constexpr Fault bad_candidate{
    "sdp.candidate",
    "A candidate is a foundation, component, transport, priority, address, port and typ (RFC 8839 5.1)."};

bool are_ice_chars(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return is(c, alnum) || c == '+' || c == '/'; });
}

// The next word of a value whose words are separated by single blanks; several are put up with.
std::string_view take_ice_word(std::string_view& text) {
  text = trim(text);
  std::size_t end = 0;
  while (end < text.size() && !is(text[end], blank)) ++end;
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// A literal or a domain name; ":" for IPv6.
bool is_address(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return is(c, host) || c == ':'; });
}

std::optional<std::uint64_t> number_from(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto found = number(text, most);
  return found && *found >= least ? found : std::nullopt;
}

bool read_address(std::string_view& text, std::string& address, std::uint16_t& port) {
  const auto word = take_ice_word(text);
  const auto of_port = number(take_ice_word(text), 65535);
  if (!is_address(word) || !of_port) return false;
  address = word;
  port = static_cast<std::uint16_t>(*of_port);
  return true;
}

// "raddr" address "rport" port, where it stands.
bool read_related(std::string_view text, IceCandidate& out) {
  if (take_ice_word(text) != "raddr") return true;
  const auto address = take_ice_word(text);
  if (!is_address(address) || take_ice_word(text) != "rport") return false;
  const auto port = number(take_ice_word(text), 65535);
  if (!port) return false;
  out.related_address = address;
  out.related_port = static_cast<std::uint16_t>(*port);
  return true;
}

std::optional<std::string_view> either(const Sdp& sdp, const SdpMedia& section, std::string_view name) {
  const auto own = section.attribute(name);
  return own ? own : sdp.session.attribute(name);
}

}  // namespace

base::Result<IceCandidate> IceCandidate::parse(std::string_view value) {
  IceCandidate out;
  const auto foundation = take_ice_word(value);
  const auto component = number_from(take_ice_word(value), 1, 256);
  const auto transport = take_ice_word(value);
  const auto priority = number_from(take_ice_word(value), 1, highest_priority);
  if (!are_ice_chars(foundation, 1, 32) || !component || !all(transport, token) || !priority) {
    return refuse(&bad_candidate);
  }
  out.foundation = foundation;
  out.component = static_cast<std::uint32_t>(*component);
  out.transport = transport;
  out.priority = static_cast<std::uint32_t>(*priority);
  if (!read_address(value, out.address, out.port) || take_ice_word(value) != "typ") return refuse(&bad_candidate);
  const auto type = take_ice_word(value);
  if (!all(type, token) || !read_related(value, out)) return refuse(&bad_candidate);
  out.type = type;
  return out;
}

std::string IceCandidate::to_string() const {
  std::string out = foundation + " " + std::to_string(component) + " " + transport + " " + std::to_string(priority) +
                    " " + address + " " + std::to_string(port) + " typ " + type;
  if (!related_address.empty()) out += " raddr " + related_address + " rport " + std::to_string(related_port);
  return out;
}

std::optional<base::Endpoint> IceCandidate::endpoint() const {
  const auto at = base::Endpoint::parse(address, port);
  return at ? std::optional(*at) : std::nullopt;
}

bool speaks_of_ice(const Sdp& sdp, const SdpMedia& section) {
  return either(sdp, section, "ice-ufrag") || either(sdp, section, "ice-pwd");
}

IceDescription ice_of(const Sdp& sdp, const SdpMedia& section) {
  IceDescription out;
  const auto ufrag = either(sdp, section, "ice-ufrag");
  const auto password = either(sdp, section, "ice-pwd");
  if (ufrag && password && are_ice_chars(*ufrag, 4, 256) && are_ice_chars(*password, 22, 256)) {
    out.credentials = IceCredentials{std::string(*ufrag), base::SecretBytes::copy_of(base::as_bytes(*password))};
  }
  out.is_lite = sdp.session.has_attribute("ice-lite");
  if (auto options = either(sdp, section, "ice-options")) {
    while (out.options.size() < most_options) {
      const auto option = take_ice_word(*options);
      if (option.empty()) break;
      out.options.emplace_back(option);
    }
  }
  for (const auto value : section.attributes("candidate")) {
    auto candidate = IceCandidate::parse(value);
    if (candidate) {
      out.candidates.push_back(*std::move(candidate));
    } else {
      ++out.malformed;
    }
  }
  out.is_complete = either(sdp, section, "end-of-candidates").has_value();
  return out;
}

void add_ice_credentials(SdpSection& section, const IceCredentials& credentials) {
  section.add_attribute("ice-ufrag", credentials.ufrag);
  section.add_attribute("ice-pwd", base::as_text(credentials.password.view()));
}

}  // namespace cadenas::sip
