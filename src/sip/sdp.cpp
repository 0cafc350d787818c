#include "sip/sdp.hpp"

#include <algorithm>
#include <array>

#include "base/endpoint.hpp"
#include "sip/grammar.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault too_large{"sdp.too-large", "The session description is larger than the configured limit."};
constexpr Fault bad_version{"sdp.version", "A session description must begin with v=0."};
constexpr Fault bad_origin{"sdp.origin", "The o= line must stand once, behind v=, and have six fields."};
constexpr Fault bad_line{"sdp.line", "A line of a session description must be a letter, an equals sign and text."};
constexpr Fault bad_media{"sdp.media",
                          "An m= line needs a media, a port of 0 to 65535, a protocol and at least one format."};

// The next field of a line whose fields are separated by single blanks; several are put up with.
std::string_view take_field(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const auto field = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return field;
}

bool is_text(std::string_view field) {
  return !field.empty() && std::none_of(field.begin(), field.end(),
                                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7F'; });
}

const Fault* read_media(std::string_view value, std::size_t most_formats, SdpMedia& out) {
  const auto media = take_field(value);
  auto port = take_field(value);
  const auto proto = take_field(value);
  if (!is_text(media) || !is_text(proto)) return &bad_media;
  if (const std::size_t slash = port.find('/'); slash != std::string_view::npos) {
    const auto count = number(port.substr(slash + 1), 65535);
    if (!count || *count == 0) return &bad_media;
    out.port_count = static_cast<std::uint32_t>(*count);
    port = port.substr(0, slash);
  }
  const auto number_of_port = number(port, 65535);
  if (!number_of_port) return &bad_media;
  out.media = media;
  out.port = static_cast<std::uint16_t>(*number_of_port);
  out.proto = proto;
  for (auto format = take_field(value); !format.empty(); format = take_field(value)) {
    if (out.formats.size() == most_formats) return &too_large;
    if (!is_text(format)) return &bad_media;
    out.formats.emplace_back(format);
  }
  return out.formats.empty() ? &bad_media : nullptr;
}

struct Origin {
  std::string_view user, session_id, version, net_type, address_type, address;
};

std::optional<Origin> read_origin(std::string_view value) {
  Origin out;
  for (std::string_view* field :
       {&out.user, &out.session_id, &out.version, &out.net_type, &out.address_type, &out.address}) {
    *field = take_field(value);
    if (!is_text(*field)) return std::nullopt;
  }
  if (!trim(value).empty() || !all(out.session_id, digit) || !all(out.version, digit)) return std::nullopt;
  return out;
}

// Takes one line off `text`, without its CRLF or LF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void append(std::string& out, const SdpSection& section) {
  for (const SdpLine& l : section.lines) {
    out += l.type();
    out.append("=").append(l.value()).append("\r\n");
  }
}

std::string origin_text(std::string_view address, std::uint64_t session_id, std::uint64_t version) {
  const bool v6 = address.find(':') != std::string_view::npos;
  return "- " + std::to_string(session_id) + " " + std::to_string(version) + (v6 ? " IN IP6 " : " IN IP4 ") +
         std::string(address);
}

}  // namespace

base::Result<Sdp> Sdp::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.octets) return refuse(&too_large);
  Sdp out;
  SdpSection* section = &out.session;
  std::size_t origins = 0;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == limits.lines) return refuse(&too_large);
    const auto line = take_line(text);
    if (line.empty() && trim(text).empty()) break;  // an empty line at the very end, which some senders add
    if (line.size() < 2 || line[1] != '=' || !is(line[0], alpha)) return refuse(&bad_line);
    // An octet that would end a line when written again cannot be part of one.
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) return refuse(&bad_line);
    const auto value = line.substr(2);
    if (count == 0 && line != "v=0") return refuse(&bad_version);
    if (count > 0 && line[0] == 'v') return refuse(&bad_version);
    if (line[0] == 'o' && (++origins > 1 || count != 1 || !read_origin(value))) return refuse(&bad_origin);
    if (line[0] == 'm') {
      if (out.media.size() == limits.media) return refuse(&too_large);
      SdpMedia& added = out.media.emplace_back();
      if (const Fault* fault = read_media(value, limits.formats, added)) return refuse(fault);
      section = &added;
    } else {
      section->lines.emplace_back(line[0], value);
    }
  }
  if (out.session.lines.empty()) return refuse(&bad_version);
  if (origins != 1) return refuse(&bad_origin);
  return out;
}

Sdp Sdp::create(std::string_view address, std::uint64_t session_id, std::uint64_t version) {
  Sdp out;
  out.session.set_line('v', "0");
  out.session.set_line('s', "-");
  out.session.set_line('t', "0 0");
  out.session.set_address(address);
  out.set_origin(address, session_id, version);
  return out;
}

std::string Sdp::to_string() const {
  std::string out;
  out.reserve(1024);
  append(out, session);
  for (const SdpMedia& m : media) {
    out.append("m=").append(m.media).append(" ").append(std::to_string(m.port));
    if (m.port_count != 1) out.append("/").append(std::to_string(m.port_count));
    out.append(" ").append(m.proto);
    for (const std::string& format : m.formats) out.append(" ").append(format);
    out.append("\r\n");
    append(out, m);
  }
  return out;
}

Sdp Sdp::clone() const {
  Sdp out;
  for (const SdpLine& l : session.lines) out.session.lines.push_back(l.clone());
  for (const SdpMedia& m : media) out.media.push_back(m.clone());
  return out;
}

std::optional<std::string> Sdp::address_of(const SdpMedia& section) const {
  if (section.line('c')) return section.own_address();
  return session.own_address();
}

Direction Sdp::direction_of(const SdpMedia& section) const {
  if (const auto own = section.own_direction()) return *own;
  return session.own_direction().value_or(Direction::sendrecv);
}

bool Sdp::has_null_address(const SdpMedia& section) const {
  const auto text = address_of(section);
  const auto address = text ? base::Endpoint::parse(*text, 0) : base::fail("sdp.line", "No address.");
  return address && (address->address() == "0.0.0.0" || address->address() == "::");
}

const SdpMedia* Sdp::first(std::string_view kind) const {
  for (const SdpMedia& m : media)
    if (m.media == kind && m.port != 0) return &m;
  return nullptr;
}

SdpMedia* Sdp::first(std::string_view kind) {
  return const_cast<SdpMedia*>(std::as_const(*this).first(kind));
}

std::uint64_t Sdp::version() const {
  const auto origin = read_origin(session.line('o').value_or(std::string_view{}));
  return origin ? number(origin->version, UINT64_MAX).value_or(0) : 0;
}

void Sdp::set_origin(std::string_view address, std::uint64_t session_id, std::uint64_t version) {
  session.set_line('o', origin_text(address, session_id, version));
}

}  // namespace cadenas::sip
