#include "rtpengine/session_commands.hpp"

#include <string_view>
#include <utility>

#include "sip/sdp.hpp"
#include "sip/sdp_crypto.hpp"

namespace cadenas::rtpengine {

namespace {

using media::AddressFamily;
using media::LegMedia;
using media::Side;

// The discard port, for a leg nothing is sent to.
constexpr std::uint16_t no_port = 9;

std::string_view tag_of(Side side) {
  return side == Side::a ? "a" : "b";
}

std::uint32_t key_tag(Side side) {
  return side == Side::a ? 1 : 2;
}

bool is_secure(const LegMedia& leg) {
  return leg.receive && leg.send;
}

std::string_view null_address(AddressFamily family) {
  return family == AddressFamily::ip6 ? "::" : "0.0.0.0";
}

// What both legs let pass between them, as the phone of `side` would say it.
sip::Direction direction_of(const LegMedia& leg, const LegMedia& other) {
  const bool from_phone = media::receives(leg.direction) && media::sends(other.direction);
  const bool to_phone = media::sends(leg.direction) && media::receives(other.direction);
  if (from_phone && to_phone) return sip::Direction::sendrecv;
  if (from_phone) return sip::Direction::sendonly;
  return to_phone ? sip::Direction::recvonly : sip::Direction::inactive;
}

sip::CryptoAttribute crypto_line(std::uint32_t tag, const media::SrtpParams& key) {
  sip::CryptoAttribute line;
  line.tag = tag;
  line.suite_name = media::facts(key.suite).sdp_name;
  sip::KeyParam param;
  param.key_salt = key.keying.clone();
  if (!key.mki.empty()) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : key.mki) value = value << 8 | octet;
    param.mki = value;
    param.mki_octets = static_cast<std::uint8_t>(key.mki.size());
  }
  line.keys.push_back(std::move(param));
  return line;
}

sip::Sdp description(const LegMedia& leg, sip::Direction direction, AddressFamily family) {
  const std::string address = leg.remote_rtp.is_set() ? leg.remote_rtp.address() : std::string(null_address(family));
  sip::Sdp sdp = sip::Sdp::create(address, 1, 1);
  sip::SdpMedia media;
  media.media = "audio";
  media.port = leg.remote_rtp.is_set() ? leg.remote_rtp.port() : no_port;
  media.proto = "RTP/AVP";
  // rtpengine passes every payload type on; it only must be given one.
  media.formats = {"0"};
  media.set_direction(direction);
  if (leg.rtcp_mux) media.add_attribute("rtcp-mux");
  if (leg.remote_rtcp.is_set()) {
    media.add_attribute("rtcp", std::to_string(leg.remote_rtcp.port()) + " IN " +
                                    (leg.remote_rtcp.is_v6() ? "IP6 " : "IP4 ") + leg.remote_rtcp.address());
  }
  sdp.media.push_back(std::move(media));
  return sdp;
}

Value command(const char* what, const SessionNaming& session) {
  return Value::Dictionary{{"command", what}, {"call-id", session.call_id}};
}

Value::List multiplexing(const LegMedia& speaks, const LegMedia& hears) {
  if (speaks.rtcp_mux && hears.rtcp_mux) return {"accept", "offer"};
  if (speaks.rtcp_mux) return {"demux"};
  return hears.rtcp_mux ? Value::List{"offer"} : Value::List{};
}

// An offer or answer that the phone of `speaks` would have sent to that of the other side.
Value exchange(const char* what, const SessionNaming& session, Side offerer, Side speaks, const sip::Sdp& sdp,
               bool other_is_secure, Value::List mux) {
  Value out = command(what, session);
  out.set("from-tag", tag_of(offerer));
  out.set("to-tag", tag_of(media::other(offerer)));
  out.set("sdp", sdp.to_string());
  out.set("transport-protocol", other_is_secure ? "RTP/SAVP" : "RTP/AVP");
  out.set("address-family", session.family(media::other(speaks)) == AddressFamily::ip6 ? "IP6" : "IP4");
  out.set("ICE", "remove");
  out.set("DTLS", "off");
  out.set("SDES", Value::List{"static"});
  // The ports stay whatever address the phones change to: they stand in descriptions the phones have.
  out.set("flags", Value::List{"trust-address", "port-latching", "no-jitter-buffer"});
  if (!mux.empty()) out.set("rtcp-mux", std::move(mux));
  return out;
}

// Describes both legs and sets the key we send to the other side of `offerer` with.
void add_pair(std::vector<Value>& out, const SessionNaming& session, Side offerer, const LegMedia& offers,
              const LegMedia& answers) {
  const Side answerer = media::other(offerer);
  sip::Sdp offer = description(offers, direction_of(offers, answers), session.family(offerer));
  sip::SdpMedia& offered = offer.media.front();
  if (is_secure(offers)) offered.add_crypto(crypto_line(key_tag(offerer), *offers.receive));
  if (is_secure(answers)) offered.add_crypto(crypto_line(key_tag(answerer), *answers.send));
  // Keys stand in RTP/SAVP only; where the offerer is clear, the answer's transport-protocol puts that right.
  if (is_secure(offers) || is_secure(answers)) offered.proto = "RTP/SAVP";
  out.push_back(exchange("offer", session, offerer, offerer, offer, is_secure(answers), multiplexing(offers, answers)));

  sip::Sdp answer = description(answers, direction_of(answers, offers), session.family(answerer));
  if (is_secure(answers)) {
    answer.media.front().proto = "RTP/SAVP";
    answer.media.front().add_crypto(crypto_line(key_tag(answerer), *answers.receive));
  }
  out.push_back(exchange("answer", session, offerer, answerer, answer, is_secure(offers), {}));
}

std::uint64_t count(const Value* stats, std::string_view name) {
  const Value* value = stats ? stats->find(name) : nullptr;
  return value && value->number() && *value->number() > 0 ? static_cast<std::uint64_t>(*value->number()) : 0;
}

bool has_flag(const Value& stream, std::string_view flag) {
  const Value* flags = stream.find("flags");
  if (!flags || !flags->list()) return false;
  for (const Value& one : *flags->list()) {
    if (one.text() && *one.text() == flag) return true;
  }
  return false;
}

media::SideStats side_stats(const Value& tag) {
  media::SideStats out;
  const Value* medias = tag.find("medias");
  if (!medias || !medias->list()) return out;
  for (const Value& one : *medias->list()) {
    const Value* streams = one.find("streams");
    if (!streams || !streams->list()) continue;
    for (const Value& stream : *streams->list()) {
      media::FlowStats& flow = has_flag(stream, "RTP") ? out.rtp : out.rtcp;
      flow.rx_relayed += count(stream.find("stats"), "packets");
      flow.rx_relay_errors += count(stream.find("stats"), "errors");
    }
  }
  return out;
}

}  // namespace

std::vector<Value> opening_commands(const SessionNaming& session) {
  // Not the null address: rtpengine would hand that on in place of its own.
  const auto held = [&](Side side) {
    LegMedia leg;
    const bool six = session.family(side) == AddressFamily::ip6;
    leg.remote_rtp = base::Endpoint::parse(six ? "::1" : "127.0.0.1", no_port).value();
    leg.direction = media::Direction::inactive;
    return leg;
  };
  std::vector<Value> out;
  add_pair(out, session, Side::a, held(Side::a), held(Side::b));
  return out;
}

std::vector<Value> describing_commands(const SessionNaming& session, const LegMedia& a, const LegMedia& b) {
  std::vector<Value> out;
  if (is_secure(b) || !is_secure(a)) add_pair(out, session, Side::a, a, b);
  if (is_secure(a)) add_pair(out, session, Side::b, b, a);
  return out;
}

Value query_command(const SessionNaming& session) {
  return command("query", session);
}

Value delete_command(const SessionNaming& session) {
  Value out = command("delete", session);
  out.set("delete-delay", std::int64_t{0});
  return out;
}

Value ping_command() {
  return Value::Dictionary{{"command", "ping"}};
}

base::Result<base::Endpoint> local_address(const Value& answer) {
  const Value* text = answer.find("sdp");
  const auto sdp = text && text->text() ? sip::Sdp::parse(*text->text())
                                        : base::Result<sip::Sdp>(base::fail("rtpengine.answer", ""));
  if (sdp) {
    const sip::SdpMedia* audio = sdp->first("audio");
    const auto address = audio ? sdp->address_of(*audio) : std::nullopt;
    if (address) {
      if (auto at = base::Endpoint::parse(*address, audio->port)) return *at;
    }
  }
  return base::fail("rtpengine.answer", "The answer of rtpengine does not say where it listens.");
}

base::Result<media::SessionStats> stats_of(const Value& answer) {
  const Value* tags = answer.find("tags");
  const Value* a = tags ? tags->find(tag_of(Side::a)) : nullptr;
  const Value* b = tags ? tags->find(tag_of(Side::b)) : nullptr;
  if (!a || !b) return base::fail("rtpengine.answer", "The answer of rtpengine does not name both legs.");
  return media::SessionStats{side_stats(*a), side_stats(*b)};
}

base::Result<void> check_describable(const LegMedia& leg) {
  for (const auto* key : {&leg.receive, &leg.send}) {
    if (*key && (*key)->keying.size() != media::facts((*key)->suite).keying()) {
      return base::fail("media.key-length", "The keying does not fit the suite.");
    }
  }
  if (!leg.payload_types.is_identity()) {
    return base::fail("media.payload-types", "rtpengine passes payload types on as they are.");
  }
  return {};
}

}  // namespace cadenas::rtpengine
