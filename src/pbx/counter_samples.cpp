#include "pbx/counter_samples.hpp"

#include <string>
#include <utility>

#include "pbx/locations.hpp"
#include "pbx/node.hpp"

namespace cadenas::pbx {

namespace {

template <class Part>
struct Row {
  sip::Counter Part::*counter;
  const char* name;
  const char* help;
};

constexpr Row<NodeCounters> node_rows[]{
    {&NodeCounters::registers, "cadenas_register_requests_total", "REGISTER requests received."},
    {&NodeCounters::registered, "cadenas_register_accepted_total", "REGISTER requests carried out."},
    {&NodeCounters::register_refused, "cadenas_register_refused_total", "Authenticated REGISTER requests refused."},
    {&NodeCounters::invites, "cadenas_invite_requests_total", "INVITE requests outside a dialog."},
    {&NodeCounters::challenged, "cadenas_auth_challenged_total", "Requests answered 401."},
    {&NodeCounters::authenticated, "cadenas_auth_accepted_total", "Requests with right credentials."},
    {&NodeCounters::wrong_credentials, "cadenas_auth_wrong_total", "Requests with wrong credentials."},
    {&NodeCounters::replayed_credentials, "cadenas_auth_replayed_total", "Credentials used a second time."},
    {&NodeCounters::backed_off, "cadenas_auth_backed_off_total", "Credentials not looked at after too many failures."},
    {&NodeCounters::not_heard, "cadenas_bothway_not_heard_total", "Messages refused by who they come from."},
    {&NodeCounters::unserved, "cadenas_unserved_requests_total", "Requests outside a dialog that nothing serves."},
};

constexpr Row<sip::TransportCounters> transport_rows[]{
    {&sip::TransportCounters::messages_in, "cadenas_sip_messages_in_total", "SIP messages received."},
    {&sip::TransportCounters::messages_out, "cadenas_sip_messages_out_total", "SIP messages sent."},
    {&sip::TransportCounters::keep_alives, "cadenas_sip_keep_alives_total", "Keep-alives received."},
    {&sip::TransportCounters::bad_messages, "cadenas_sip_bad_messages_total", "Messages that could not be parsed."},
    {&sip::TransportCounters::datagrams_lost, "cadenas_sip_datagrams_lost_total", "Datagrams that could not be sent."},
    {&sip::TransportCounters::accepted, "cadenas_sip_connections_accepted_total",
     "TCP, TLS and WSS connections accepted."},
    {&sip::TransportCounters::tls_handshakes, "cadenas_sip_tls_handshakes_total", "TLS handshakes finished."},
    {&sip::TransportCounters::refused, "cadenas_sip_connections_refused_total", "Connections refused at a limit."},
};

constexpr Row<sip::TransactionCounters> transaction_rows[]{
    {&sip::TransactionCounters::requests, "cadenas_sip_requests_total", "Requests given to registrar and calls."},
    {&sip::TransactionCounters::refused, "cadenas_sip_requests_refused_total", "Requests refused before any of them."},
    {&sip::TransactionCounters::overloaded, "cadenas_sip_overloaded_total", "Requests answered 503 at the limit."},
    {&sip::TransactionCounters::retransmissions, "cadenas_sip_retransmissions_total", "Retransmissions absorbed."},
    {&sip::TransactionCounters::stray_responses, "cadenas_sip_stray_responses_total", "Responses nobody waits for."},
    {&sip::TransactionCounters::timeouts, "cadenas_sip_timeouts_total", "Transactions that ran out of time."},
};

template <class Part, std::size_t count, class PartOf>
void add_rows(std::vector<CounterSample>& out, const Row<Part> (&rows)[count], const std::vector<const Node*>& nodes,
              PartOf part_of) {
  for (const auto& row : rows) {
    std::uint64_t sum = 0;
    for (const Node* node : nodes) sum += (part_of(*node).*row.counter).get();
    out.push_back({row.name, row.help, "", false, sum});
  }
}

}  // namespace

std::vector<CounterSample> counter_samples(const std::vector<const Node*>& nodes, const Locations& locations) {
  std::vector<CounterSample> out;
  add_rows(
      out, node_rows, nodes, [](const Node& n) -> const auto& { return n.counters(); });
  add_rows(
      out, transport_rows, nodes, [](const Node& n) -> const auto& { return n.transport_counters(); });
  add_rows(
      out, transaction_rows, nodes, [](const Node& n) -> const auto& { return n.transaction_counters(); });
  for (std::size_t i = 0; i < sip::close_reasons; ++i) {
    std::uint64_t sum = 0;
    for (const Node* node : nodes) sum += node->transport_counters().closed.at(i).get();
    std::string labels = "reason=\"" + std::string(sip::to_string(static_cast<sip::CloseReason>(i))) + "\"";
    out.push_back({"cadenas_sip_connections_closed_total", "TCP, TLS and WSS connections closed.", std::move(labels),
                   false, sum});
  }
  for (std::size_t i = 1; i < pki::peer_refusals; ++i) {
    std::uint64_t sum = 0;
    for (const Node* node : nodes) sum += node->transport_counters().peers_refused.at(i).get();
    const auto code = pki::refusal_code(static_cast<pki::PeerRefusal>(i), pki::PeerSide::client);
    out.push_back({"cadenas_sip_tls_clients_refused_total", "TLS clients refused for their certificate.",
                   "reason=\"" + std::string(code) + "\"", false, sum});
  }
  // No server is refused for showing no certificate: TLS has none.
  for (std::size_t i = 2; i < pki::peer_refusals; ++i) {
    std::uint64_t sum = 0;
    for (const Node* node : nodes) sum += node->transport_counters().servers_refused.at(i).get();
    const auto code = pki::refusal_code(static_cast<pki::PeerRefusal>(i), pki::PeerSide::server);
    out.push_back({"cadenas_sip_tls_servers_refused_total", "TLS servers refused for their certificate.",
                   "reason=\"" + std::string(code) + "\"", false, sum});
  }
  out.push_back({"cadenas_registrations", "Bindings held now.", "", true, locations.size()});
  out.push_back({"cadenas_registrations_lost_total", "Bindings removed because their connection closed.", "", false,
                 locations.lost_with_connection()});
  out.push_back({"cadenas_registrations_expired_total", "Bindings that ran out.", "", false, locations.expired()});
  return out;
}

void add_media_samples(std::vector<CounterSample>& out, const MediaView& media) {
  out.push_back(
      {"cadenas_media_sessions", "Media sessions open on the embedded board.", "", true, media.board_sessions});
  if (!media.pool) return;
  for (const rtpengine::InstanceView& relay : media.pool->instances) {
    const std::string labels = "relay=\"" + relay.control + "\"";
    const bool up = relay.state == rtpengine::InstanceState::up;
    out.push_back({"cadenas_relay_up", "1 when the rtpengine answers.", labels, true, up ? 1U : 0U});
    out.push_back({"cadenas_relay_sessions", "Media sessions open on the rtpengine.", labels, true, relay.sessions});
    out.push_back(
        {"cadenas_relay_opened_total", "Media sessions opened on the rtpengine.", labels, false, relay.opened});
    out.push_back({"cadenas_relay_lost_total", "Media sessions lost with the rtpengine.", labels, false, relay.lost});
  }
  out.push_back({"cadenas_relay_fallbacks_total", "Media sessions on the embedded board for want of an rtpengine.", "",
                 false, media.fallbacks});
}

}  // namespace cadenas::pbx
