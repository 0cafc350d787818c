#include "pbx/node.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "pbx/calls.hpp"
#include "pbx/locations.hpp"
#include "pbx/routing.hpp"
#include "pbx/transfer.hpp"
#include "pbx/trunk_match.hpp"
#include "pbx/trunk_probes.hpp"
#include "pki/revocation_audit.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::string_view allowed_methods =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, INFO, REFER, NOTIFY";
constexpr std::string_view supported_options = "100rel, timer, replaces, outbound";
constexpr std::array<std::string_view, 4> option_tags{"100rel", "timer", "replaces", "outbound"};
// SUBSCRIBE and PUBLISH are let through to be told which events there are: none (RFC 6665 §4.2.1.1).
constexpr std::array methods{sip::Method::invite,    sip::Method::ack,   sip::Method::cancel, sip::Method::bye,
                             sip::Method::options,   sip::Method::prack, sip::Method::update, sip::Method::info,
                             sip::Method::register_, sip::Method::refer, sip::Method::notify, sip::Method::subscribe,
                             sip::Method::publish};
constexpr base::Millis close_interval{1'000};
constexpr std::uint32_t retry_after_switch_s = 60;

sip::RequestAbilities abilities() {
  return {option_tags, methods, allowed_methods, {}};
}

void add_outcome(sip::MessageWriter& response, const Challenge& challenge) {
  for (const auto& value : challenge.www_authenticate) response.add("WWW-Authenticate", value);
}

void add_outcome(sip::MessageWriter& response, const Refused& refused) {
  if (refused.retry_after_s != 0) response.add("Retry-After", refused.retry_after_s);
}

// The response to one who is not accepted: `make(status)` begins it.
template <class Make>
std::pair<std::string, int> turn_away(const AuthOutcome& outcome, Make make) {
  if (const auto* challenge = std::get_if<Challenge>(&outcome)) {
    auto response = make(401);
    add_outcome(response, *challenge);
    return {std::move(response).finish(), 401};
  }
  const auto& refused = std::get<Refused>(outcome);
  auto response = make(refused.status);
  add_outcome(response, refused);
  return {std::move(response).finish(), refused.status};
}

}  // namespace

void Node::Inbound::on_message(const sip::Flow& flow, const sip::MessageView& message) {
  if (node_.gate_.hears(flow) && !node_.hand_to_home(flow, message)) user_->on_message(flow, message);
}

void Node::Inbound::on_bad_message(const sip::Flow& flow, const base::Error& error, int status,
                                   const sip::MessageView* partial) {
  if (node_.gate_.hears(flow)) user_->on_bad_message(flow, error, status, partial);
}

void Node::Inbound::on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) {
  user_->on_flow_closed(flow, reason);
}

void Node::Inbound::on_peer_refused(const sip::Flow& flow, const pki::RefusedPeer& refused) {
  node_.gate_.note_refused(flow, refused.error());
}

Node::Node(base::Loop& loop, const Authenticator::SnapshotSource& snapshot, Locations& locations,
           CallServices& services, const TrunkTls& trunk_tls, TrunkStates& trunk_states, RefusalLog& refusals,
           const Settings& settings)
    : loop_(loop),
      locations_(locations),
      snapshot_(snapshot),
      gate_(snapshot, refusals, counters_, loop.clock()),
      inbound_(*this),
      transport_(loop, inbound_, settings.transport),
      trunks_(transport_, trunk_tls, refusals, trunk_states),
      transactions_(loop, transport_, *this, abilities(), settings.timings),
      trunk_probes_(std::make_shared<TrunkProbes>(trunks_, transactions_, trunk_states)),
      authenticator_(snapshot, loop.clock(), counters_, settings.authentication),
      registrar_(loop, transactions_, locations, counters_, settings.registrar),
      calls_(std::make_unique<Calls>(loop, transactions_, services)) {
  inbound_.connect(transactions_);
}

Node::~Node() = default;

void Node::serve(store::TransportMode mode) {
  mode_ = mode;
  gate_.set_bothway(mode == store::TransportMode::bothway);
  close_idle();
}

bool Node::allows(const sip::Flow& flow) const {
  switch (mode_) {
    case store::TransportMode::no_tls:
      return !sip::is_secure(flow.transport);
    case store::TransportMode::pbx_cert:
      return true;
    case store::TransportMode::bothway:
      return trunk_of(flow) || stands_in_bothway(flow, *snapshot_());
  }
  return false;
}

// A call ends on its own terms, so this looks again while a connection that is not allowed carries one.
void Node::close_idle() {
  if (closing_idle_) return;
  std::vector<sip::Flow> idle;
  bool busy = false;
  transport_.for_each_connection([&](const sip::Flow& flow) {
    if (allows(flow)) return;
    if (calls_->carries(flow)) {
      busy = true;
    } else {
      idle.push_back(flow);
    }
  });
  for (const auto& flow : idle) transport_.close(flow, sip::CloseReason::by_us);
  // In NO TLS a handshake under way is not listed yet: one more look finds it.
  if (!busy && (mode_ != store::TransportMode::no_tls || transport_.connections() == 0)) return;
  closing_idle_ = true;
  loop_.after(close_interval, [this] {
    closing_idle_ = false;
    close_idle();
  });
}

std::vector<RevokedPeer> Node::audit(const pki::RevocationIndex& index) {
  std::vector<sip::Flow> flows;
  std::vector<pki::AuditedConnection> audited;
  transport_.for_each_connection([&](const sip::Flow& flow) {
    if (!flow.tls || flow.tls->peer_chain.empty()) return;
    audited.push_back({flows.size(), &flow.tls->peer_chain});
    flows.push_back(flow);
  });
  std::vector<RevokedPeer> out;
  for (const auto& revoked : pki::find_revoked(index, audited)) {
    out.push_back({flows[revoked.id], revoked.position, revoked.revoked_at});
    transport_.close(out.back().flow, sip::CloseReason::revoked);
  }
  return out;
}

void Node::on_request(const std::shared_ptr<sip::ServerTransaction>& transaction) {
  const auto& request = transaction->request();
  if (!request.to_tag().empty()) {
    calls_->on_in_dialog(transaction);
    return;
  }
  switch (request.method()) {
    case sip::Method::invite:
      on_invite(transaction);
      return;
    case sip::Method::subscribe:
    case sip::Method::publish:
      counters_.unserved.add();
      transaction->respond(489);
      return;
    case sip::Method::refer:
      counters_.unserved.add();
      transaction->respond(403, "REFER Within A Dialog Only");
      return;
    default:  // what is left belongs to a dialog, and names none
      counters_.unserved.add();
      transaction->respond(481);
      return;
  }
}

void Node::on_invite(const std::shared_ptr<sip::ServerTransaction>& transaction) {
  counters_.invites.add();
  if (winding_down_ || !allows(transaction->flow())) {
    auto response = transaction->make_response(503);
    response.add("Retry-After", retry_after_switch_s);
    transaction->respond(std::move(response).finish(), 503);
    return;
  }
  if (const auto trunk = trunk_of(transaction->flow())) return on_trunk_invite(transaction, trunk);
  const auto outcome = authenticator_.check(transaction->request(), transaction->flow());
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    calls_->on_invite(transaction, Correspondent(accepted->subscription));
    return;
  }
  auto [response, status] = turn_away(outcome, [&](int code) { return transaction->make_response(code); });
  transaction->respond(std::move(response), status);
}

std::shared_ptr<const store::Trunk> Node::trunk_of(const sip::Flow& flow) const {
  const auto model = snapshot_();
  if (model->trunks.empty()) return nullptr;
  auto dialled = trunks_.trunk_of(flow, *model);
  return dialled ? dialled : trunk_behind(flow, *model);
}

// No digest: a trunk is known by where it speaks from, and it reaches our own numbers only.
void Node::on_trunk_invite(const std::shared_ptr<sip::ServerTransaction>& transaction,
                           const std::shared_ptr<const store::Trunk>& trunk) {
  const auto& request = transaction->request();
  const std::string number = number_of_uri(request.request_uri());
  const auto destination = route(*snapshot_(), number);
  if (destination && leads_out(*destination)) {
    gate_.note_relay(transaction->flow(), number);
    return transaction->respond(404);
  }
  calls_->on_invite(transaction, caller_by_trunk(trunk, request));
}

bool Node::hand_to_home(const sip::Flow& flow, const sip::MessageView& message) {
  if (flow.transport != sip::Transport::udp || siblings_.size() < 2) return false;
  const auto model = snapshot_();
  if (model->trunks.empty() || !trunk_behind(flow, *model)) return false;
  const unsigned home = home_of_udp_trunk(flow.remote, static_cast<unsigned>(siblings_.size()));
  if (home == loop_.index()) return false;
  sip::Flow there = flow;
  there.loop = home;
  siblings_[home]->loop_.post([node = siblings_[home], there, copy = std::make_shared<const sip::Message>(message)] {
    node->transactions_.on_message(there, copy->view());
  });
  return true;
}

void Node::on_stateless(const sip::Flow& flow, const sip::MessageView& request) {
  if (request.method() == sip::Method::options) {
    answer_options(flow, request);
    return;
  }
  counters_.registers.add();
  if (winding_down_ || !allows(flow)) {
    auto response = transactions_.make_response(flow, request, 503);
    response.add("Retry-After", retry_after_switch_s);
    (void)transactions_.send_stateless(flow, std::move(response).finish());
    return;
  }
  const auto outcome = authenticator_.check(request, flow);
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    if (!gate_.may_register(flow, accepted->subscription->number)) {
      (void)transactions_.send_stateless(
          flow, transactions_.make_response(flow, request, 403, "Certificate Of Another").finish());
      return;
    }
    registrar_.on_register(flow, request, *accepted->subscription);
    return;
  }
  const auto response =
      turn_away(outcome, [&](int code) { return transactions_.make_response(flow, request, code); }).first;
  (void)transactions_.send_stateless(flow, response);
}

void Node::answer_options(const sip::Flow& flow, const sip::MessageView& request) {
  auto response = transactions_.make_response(flow, request, 200);
  response.add("Allow", allowed_methods);
  response.add("Accept", "application/sdp");
  response.add("Supported", supported_options);
  (void)transactions_.send_stateless(flow, std::move(response).finish());
}

void Node::on_cancel(const std::shared_ptr<sip::ServerTransaction>& invite) {
  calls_->on_cancel(invite);
}

void Node::on_ack(const sip::Flow& flow, const sip::MessageView& ack) {
  calls_->on_ack(flow, ack);
}

void Node::on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite) {
  calls_->on_ack_missing(invite);
}

void Node::on_flow_closed(const sip::Flow& flow, sip::CloseReason reason) {
  // Bindings first: a call that ends now must not be sent to this phone again.
  locations_.remove_flow(flow);
  authenticator_.on_flow_closed(flow);
  trunks_.on_flow_closed(flow);
  calls_->on_flow_closed(flow, reason);
}

}  // namespace cadenas::pbx
