#include <algorithm>

#include "sip/grammar.hpp"
#include "sip/sdp.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

struct StaticType {
  unsigned payload_type;
  std::string_view encoding;
  unsigned clock_rate;
};
// RFC 3551 §6, the ones in use for voice.
constexpr StaticType static_types[] = {
    {0, "PCMU", 8000}, {3, "GSM", 8000}, {4, "G723", 8000},  {8, "PCMA", 8000},
    {9, "G722", 8000}, {13, "CN", 8000}, {15, "G728", 8000}, {18, "G729", 8000},
};

// An a= value of the form "<payload type> rest": the rest, if the type is this one.
std::optional<std::string_view> for_type(std::string_view value, unsigned payload_type) {
  const std::size_t end = skip(value, 0, digit);
  const auto type = number(value.substr(0, end), 127);
  if (!type || *type != payload_type || end == value.size() || !is(value[end], blank)) return std::nullopt;
  return trim(value.substr(end));
}

bool names_type(const SdpLine& line, unsigned payload_type) {
  const auto name = line.attribute_name();
  if (name != "rtpmap" && name != "fmtp" && name != "rtcp-fb") return false;
  return for_type(line.attribute_value(), payload_type).has_value();
}

}  // namespace

bool SdpMedia::is_rtp() const {
  return proto == "RTP/AVP" || proto == "RTP/AVPF" || is_secure() || is_dtls();
}

bool SdpMedia::is_secure() const {
  return proto == "RTP/SAVP" || proto == "RTP/SAVPF";
}

bool SdpMedia::is_dtls() const {
  return proto == "UDP/TLS/RTP/SAVP" || proto == "UDP/TLS/RTP/SAVPF";
}

bool SdpMedia::has_format(unsigned payload_type) const {
  return std::find(formats.begin(), formats.end(), std::to_string(payload_type)) != formats.end();
}

std::optional<RtpMap> SdpMedia::rtpmap(unsigned payload_type) const {
  for (const auto value : attributes("rtpmap")) {
    const auto rest = for_type(value, payload_type);
    if (!rest) continue;
    const std::size_t slash = std::min(rest->find('/'), rest->size());
    const auto numbers = rest->substr(std::min(slash + 1, rest->size()));
    const std::size_t second = std::min(numbers.find('/'), numbers.size());
    const auto rate = number(numbers.substr(0, second), 1'000'000);
    const auto channels = second < numbers.size() ? number(numbers.substr(second + 1), 255) : 1;
    if (slash == 0 || !rate || *rate == 0 || !channels || *channels == 0) return std::nullopt;
    return RtpMap{payload_type, std::string(rest->substr(0, slash)), static_cast<unsigned>(*rate),
                  static_cast<unsigned>(*channels)};
  }
  for (const StaticType& s : static_types)
    if (s.payload_type == payload_type) return RtpMap{payload_type, std::string(s.encoding), s.clock_rate, 1};
  return std::nullopt;
}

std::optional<std::string_view> SdpMedia::fmtp(unsigned payload_type) const {
  for (const auto value : attributes("fmtp"))
    if (const auto rest = for_type(value, payload_type)) return rest;
  return std::nullopt;
}

std::optional<unsigned> SdpMedia::ptime() const {
  const auto value = attribute("ptime");
  const auto milliseconds = value ? number(trim(*value), 1000) : std::nullopt;
  if (!milliseconds || *milliseconds == 0) return std::nullopt;
  return static_cast<unsigned>(*milliseconds);
}

std::uint16_t SdpMedia::rtcp_port() const {
  if (port == 0 || rtcp_mux()) return port;
  if (const auto value = attribute("rtcp")) {
    const auto given = number(value->substr(0, skip(*value, 0, digit)), 65535);
    if (given && *given != 0) return static_cast<std::uint16_t>(*given);
  }
  return port == 65535 ? 0 : static_cast<std::uint16_t>(port + 1);
}

void SdpMedia::remove_format(unsigned payload_type) {
  std::erase(formats, std::to_string(payload_type));
  std::erase_if(lines, [payload_type](const SdpLine& l) { return names_type(l, payload_type); });
}

std::vector<CryptoAttribute> SdpMedia::cryptos(std::size_t* malformed) const {
  std::vector<CryptoAttribute> out;
  std::size_t refused = 0;
  for (const auto value : attributes("crypto")) {
    auto crypto = CryptoAttribute::parse(value);
    if (crypto) {
      out.push_back(std::move(*crypto));
    } else {
      ++refused;
    }
  }
  if (malformed != nullptr) *malformed = refused;
  return out;
}

void SdpMedia::add_crypto(const CryptoAttribute& crypto) {
  std::string value = crypto.to_string();
  add_attribute("crypto", value);
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(value.data()), value.size()});
}

SdpMedia SdpMedia::clone() const {
  SdpMedia out;
  out.media = media;
  out.port = port;
  out.port_count = port_count;
  out.proto = proto;
  out.formats = formats;
  for (const SdpLine& l : lines) out.lines.push_back(l.clone());
  return out;
}

}  // namespace cadenas::sip
