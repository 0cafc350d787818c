#include "store/model.hpp"

#include "store/words.hpp"

namespace cadenas::store {

namespace {

constexpr Words<SrtpMode, 3> srtp_modes{
    {{SrtpMode::off, "off"}, {SrtpMode::preferred, "preferred"}, {SrtpMode::only, "only"}}};
constexpr Words<TerminalKind, 6> terminal_kinds{{{TerminalKind::sip, "sip"},
                                                 {TerminalKind::mitel6000, "mitel6000"},
                                                 {TerminalKind::mivoice5300, "mivoice5300"},
                                                 {TerminalKind::i7xx, "i7xx"},
                                                 {TerminalKind::dect, "dect"},
                                                 {TerminalKind::gateway, "gateway"}}};
constexpr Words<OfferStyle, 3> offer_styles{
    {{OfferStyle::savp, "savp"}, {OfferStyle::avp_crypto, "avp_crypto"}, {OfferStyle::dtls, "dtls"}}};
constexpr Words<TransportMode, 3> transport_modes{
    {{TransportMode::no_tls, "no_tls"}, {TransportMode::pbx_cert, "pbx_cert"}, {TransportMode::bothway, "bothway"}}};
constexpr Words<AdminRole, 2> admin_roles{{{AdminRole::administrator, "administrator"}, {AdminRole::reader, "reader"}}};

constexpr Words<TrunkTransport, 3> trunk_transports{
    {{TrunkTransport::udp, "udp"}, {TrunkTransport::tcp, "tcp"}, {TrunkTransport::tls, "tls"}}};

constexpr Words<ClearMembers, 2> clear_members{
    {{ClearMembers::fall_back, "fall_back"}, {ClearMembers::refuse_clear, "refuse_clear"}}};

}  // namespace

std::string_view to_string(SrtpMode v) {
  return word_of(srtp_modes, v);
}
std::string_view to_string(TerminalKind v) {
  return word_of(terminal_kinds, v);
}
std::string_view to_string(OfferStyle v) {
  return word_of(offer_styles, v);
}
std::string_view to_string(TransportMode v) {
  return word_of(transport_modes, v);
}
std::string_view to_string(AdminRole v) {
  return word_of(admin_roles, v);
}
std::string_view to_string(TrunkTransport v) {
  return word_of(trunk_transports, v);
}
std::string_view to_string(ClearMembers v) {
  return word_of(clear_members, v);
}
std::optional<SrtpMode> parse_srtp_mode(std::string_view word) {
  return value_of(srtp_modes, word);
}
std::optional<TerminalKind> parse_terminal_kind(std::string_view word) {
  return value_of(terminal_kinds, word);
}
std::optional<OfferStyle> parse_offer_style(std::string_view word) {
  return value_of(offer_styles, word);
}
std::optional<TransportMode> parse_transport_mode(std::string_view word) {
  return value_of(transport_modes, word);
}
std::optional<AdminRole> parse_admin_role(std::string_view word) {
  return value_of(admin_roles, word);
}
std::optional<TrunkTransport> parse_trunk_transport(std::string_view word) {
  return value_of(trunk_transports, word);
}

std::optional<ClearMembers> parse_clear_members(std::string_view word) {
  return value_of(clear_members, word);
}

std::uint16_t destination_port(const Trunk& trunk) {
  if (trunk.send_port != 0) return trunk.send_port;
  return trunk.transport == TrunkTransport::tls ? 5061 : 5060;
}

const Subscription* Snapshot::find(std::string_view number) const {
  const auto at = subscriptions.find(number);
  return at == subscriptions.end() ? nullptr : at->second.get();
}

std::shared_ptr<const TdmPort> Snapshot::tdm_terminal(std::string_view number) const {
  if (number.empty()) return nullptr;
  for (const auto& [name, port] : tdm_ports) {
    if (port->number == number) return port;
  }
  return nullptr;
}

bool Snapshot::class_right(const Subscription& subscription) const {
  if (subscription.facility_class.empty()) return true;
  const auto at = classes.find(subscription.facility_class);
  return at != classes.end() && at->second.encryption_right;
}

}  // namespace cadenas::store
