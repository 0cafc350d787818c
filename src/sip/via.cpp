#include "sip/via.hpp"

#include "sip/uri.hpp"

namespace cadenas::sip {

using namespace grammar;

namespace {

constexpr Fault bad_protocol{"sip.via", "A Via must begin with name/version/transport, as in SIP/2.0/TLS."};
constexpr Fault bad_sent_by{"sip.via", "A Via must name the host that sent it, and a port up to 65535 if any."};
constexpr Fault trailing{"sip.via", "Something follows the Via that does not belong to it."};

// The token at `at`, with blanks before and after passed over.
std::string_view take_token(std::string_view text, std::size_t& at) {
  const std::size_t begin = skip(text, at, blank);
  const std::size_t end = skip(text, begin, token);
  at = skip(text, end, blank);
  return text.substr(begin, end - begin);
}

bool take(std::string_view text, std::size_t& at, char c) {
  if (at == text.size() || text[at] != c) return false;
  ++at;
  return true;
}

}  // namespace

const Fault* Via::read(std::string_view list, std::size_t& at, Via& out) {
  const std::size_t begin = at = skip(list, at, blank);
  out.protocol = take_token(list, at);
  if (out.protocol.empty() || !take(list, at, '/')) return &bad_protocol;
  out.version = take_token(list, at);
  if (out.version.empty() || !take(list, at, '/')) return &bad_protocol;
  out.transport = take_token(list, at);
  if (out.transport.empty() || at == list.size() || !is(list[at - 1], blank)) return &bad_protocol;

  const std::size_t host_begin = at;
  std::size_t host_end = skip(list, at, grammar::host);
  if (list[at] == '[') {
    host_end = list.find(']', at);
    if (host_end == std::string_view::npos) return &bad_sent_by;
    ++host_end;
  }
  HostKind kind = HostKind::none;
  if (!read_host(list.substr(host_begin, host_end - host_begin), kind, out.host)) return &bad_sent_by;
  at = skip(list, host_end, blank);
  std::size_t sent_by_end = host_end;
  out.port.reset();
  if (take(list, at, ':')) {
    const std::size_t port_begin = skip(list, at, blank);
    sent_by_end = skip(list, port_begin, digit);
    const auto port = number(list.substr(port_begin, sent_by_end - port_begin), 65535);
    if (!port) return &bad_sent_by;
    out.port = static_cast<std::uint16_t>(*port);
    at = sent_by_end;
  }
  out.sent_by = list.substr(host_begin, sent_by_end - host_begin);
  if (const Fault* fault = Params::read(list, at, out.params)) return fault;
  out.text = trim(list.substr(begin, at - begin));
  return nullptr;
}

base::Result<Via> Via::parse(std::string_view text) {
  Via out;
  std::size_t at = 0;
  if (const Fault* fault = read(text, at, out)) return refuse(fault, "Via");
  if (at != text.size()) return refuse(&trailing, "Via");
  return out;
}

base::Result<Via> Via::parse_front(std::string_view& list) {
  Via out;
  std::size_t at = 0;
  if (const Fault* fault = read(list, at, out)) return refuse(fault, "Via");
  if (at < list.size()) {
    at = skip(list, at + 1, blank);
    if (at == list.size()) return refuse(&trailing, "Via");
  }
  list.remove_prefix(at);
  return out;
}

bool Via::has_rfc3261_branch() const {
  constexpr std::string_view cookie = "z9hG4bK";
  const auto value = branch();
  return value.size() > cookie.size() && same(value.substr(0, cookie.size()), cookie);
}

std::optional<std::uint16_t> Via::rport() const {
  const auto noted = params.find("rport");
  const auto value = noted ? number(*noted, 65535) : std::nullopt;
  return value ? std::optional(static_cast<std::uint16_t>(*value)) : std::nullopt;
}

base::Result<std::vector<Via>> vias(const MessageView& message) {
  std::vector<Via> out;
  for (const HeaderField& field : message.headers()) {
    if (field.id != HeaderId::via) continue;
    std::string_view rest = field.value;
    do {
      auto one = Via::parse_front(rest);
      if (!one) return tl::unexpected(one.error());
      out.push_back(*one);
    } while (!rest.empty());
  }
  return out;
}

std::string noted_top_via(const MessageView& request, const base::Endpoint& source) {
  const std::string_view value = request.value(HeaderId::via);
  Via via;
  std::size_t at = 0;
  if (Via::read(value, at, via) != nullptr) return std::string(value);
  const std::string address = source.address();
  const bool rport = via.asks_rport();
  const auto literal = base::Endpoint::parse(via.host, 0);
  const bool same_host = literal ? *literal == source.host_only() : false;

  std::string out(via.protocol);
  out.append("/").append(via.version).append("/").append(via.transport).append(" ").append(via.sent_by);
  for (const Param& p : via.params) {
    if (same(p.name, "received") || same(p.name, "rport")) continue;
    out.append(";").append(p.name);
    if (p.has_value) out.append("=").append(p.value);
  }
  if (rport || !same_host) out.append(";received=").append(address);
  if (rport) out.append(";rport=").append(std::to_string(source.port()));
  if (at < value.size()) out.append(value.substr(at));
  return out;
}

}  // namespace cadenas::sip
