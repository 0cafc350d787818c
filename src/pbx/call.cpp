#include "pbx/call.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"
#include "pbx/intrusion_dialled.hpp"
#include "pbx/slot_description.hpp"
#include "sip/grammar.hpp"
#include "sip/header_values.hpp"

namespace cadenas::pbx {

namespace {

// RFC 3323 §4.2: values between semicolons; "id" is that of RFC 3325.
bool asks_for_privacy(const sip::MessageView& invite) {
  std::string_view values = invite.value(sip::HeaderId::privacy);
  while (!values.empty()) {
    const std::size_t end = std::min(values.find(';'), values.size());
    const std::string_view value = sip::grammar::trim(values.substr(0, end));
    if (sip::grammar::same(value, "id") || sip::grammar::same(value, "user")) return true;
    values.remove_prefix(std::min(end + 1, values.size()));
  }
  return false;
}

int status_for(const base::Error& error) {
  if (error.code == "call.content-type") return 415;
  return error.code.starts_with("sdp.") ? 488 : 400;
}

// Before its description is judged: whether it may come to a DTLS handshake with the caller.
bool speaks_dtls(const Party& caller) {
  const SharedSdp offered = caller.leg->offered();
  if (!offered) return wants_dtls(caller.who) || (caller.leg->flow() && is_browser(*caller.leg->flow()));
  const auto described = read_description(*offered);
  return described && described->dtls_line;
}

CallRefusal without_media(const base::Error& error) {
  if (error.code == dtls_needs_board().code) return {488, error.message, {}, error.code};
  return {503, error.message, 10, error.code};
}

using RoomPtr = std::shared_ptr<const store::ConferenceRoom>;

bool is_tdm(const std::optional<Destination>& destination) {
  return destination && (std::holds_alternative<std::shared_ptr<const store::TdmPort>>(*destination) ||
                         std::holds_alternative<TdmTrunkCall>(*destination));
}

bool is_terminal(const std::optional<Destination>& destination) {
  return destination && (std::holds_alternative<std::shared_ptr<const store::Subscription>>(*destination) ||
                         std::holds_alternative<std::shared_ptr<const store::TdmPort>>(*destination));
}

Correspondent correspondent_of(const std::optional<Destination>& destination, const std::string& number) {
  struct Visitor {
    const std::string& number;
    Correspondent operator()(const std::shared_ptr<const store::Subscription>& s) const { return Correspondent(s); }
    Correspondent operator()(const std::shared_ptr<const store::TdmPort>& p) const {
      return {p, p->number, p->display_name};
    }
    Correspondent operator()(const TrunkCall& t) const { return {t.trunk, number, {}}; }
    Correspondent operator()(const TdmTrunkCall& t) const { return {t.channel, number, {}}; }
    Correspondent operator()(const RoomPtr&) const { return {}; }
  };
  return destination ? std::visit(Visitor{number}, *destination) : Correspondent{};
}

void refuse_busy(const std::shared_ptr<sip::ServerTransaction>& invite) {
  auto refusal = invite->make_response(503);
  refusal.add("Retry-After", std::uint64_t{10});
  invite->respond(std::move(refusal).finish(), 503);
}

}  // namespace

Call::Call(Calls& calls, const Correspondent& caller, std::string callee)
    : calls_(calls),
      services_(calls.services()),
      loop_(calls.loop()),
      id_(base::random_hex(8)),
      from_(caller.number),
      to_(std::move(callee)),
      started_(calls.loop().clock().now()),
      media_(*services_.media, services_.tdm) {
  services_.active_calls.fetch_add(1);
}

Call::~Call() {
  services_.active_calls.fetch_sub(1);
}

void Call::begin(Calls& calls, const std::shared_ptr<sip::ServerTransaction>& invite, Correspondent caller) {
  CallServices& services = calls.services();
  const CallSettings& settings = services.settings;
  const sip::MessageView& message = invite->request();
  if (message.max_forwards() == 0U) return invite->respond(483);
  if (services.active_calls.load() >= settings.max_calls) return refuse_busy(invite);
  auto ticket = caller.trunk ? services.calls_by_trunk.take(caller.trunk->name, caller.trunk->max_calls)
                             : services.calls_by_number.take(caller.number, settings.max_calls_per_number);
  if (!ticket) return refuse_busy(invite);
  std::optional<ReplacedDialog> replaces;
  if (const auto* field = message.find(sip::HeaderId::replaces)) {
    // Who speaks behind a trunk is not authenticated, so it takes over no dialog.
    if (caller.trunk) return invite->respond(403, "Replaces By A Trunk");
    auto parsed = parse_replaces(field->value);
    if (!parsed) return invite->respond(400, "Malformed Replaces");
    replaces = std::move(*parsed);
  }
  const std::string number = number_of_uri(message.request_uri());
  // One snapshot for the whole: the number may be removed at any moment.
  const auto destination = route(*services.snapshot(), number);
  const auto feature =
      replaces || caller.is_outside() || is_terminal(destination) ? std::nullopt : intrusion_dialled(settings, number);
  const bool is_reached = feature || (destination && !(caller.is_outside() && leads_out(*destination)));
  if (!is_reached && !replaces) return invite->respond(404);
  auto leg = InboundLeg::make(calls, invite, caller.number);
  if (!leg) {
    if (!invite->answered()) invite->respond(status_for(leg.error()));
    return;
  }
  if (caller.trunk) (*leg)->set_trunk();
  if (feature) {
    std::string user_agent(message.value(sip::HeaderId::user_agent));
    return Conferences::intrude(services, {*leg, std::move(caller), std::move(user_agent), std::move(ticket)},
                                *feature);
  }
  if (const auto* room = destination ? std::get_if<RoomPtr>(&*destination) : nullptr; room && !replaces) {
    std::string user_agent(message.value(sip::HeaderId::user_agent));
    return Conferences::enter(services, {*leg, std::move(caller), std::move(user_agent), std::move(ticket)}, *room);
  }
  const auto call = std::make_shared<Call>(calls, caller, number);
  call->ticket_ = std::move(ticket);
  calls.add_call(call);
  call->anonymous_ = asks_for_privacy(message);
  call->max_forwards_ = std::min(message.max_forwards().value_or(settings.max_forwards), settings.max_forwards) - 1;
  const PartyPtr party = call->seat_caller(*leg, std::move(caller));
  party->user_agent = message.value(sip::HeaderId::user_agent);
  const Correspondent callee = correspondent_of(destination, number);
  // Of a port it is not known before it answers that it will.
  if (is_tdm(destination) && !replaces) return call->start(replaces, callee);
  call->may_shake_hands_ = speaks_dtls(*party) || wants_dtls(callee);
  const MediaEnd end = call->end_of(*party);
  call->open_media(end, end, [call, replaces, callee](const base::Result<CallSession>& opened) {
    if (!opened) return call->fail_setup(without_media(opened.error()));
    call->session_ = *opened;
    call->start(replaces, callee);
  });
}

void Call::begin(Calls& calls, const std::shared_ptr<Leg>& leg, const media::tdm::PortId& port, Correspondent caller,
                 const std::string& number) {
  CallServices& services = calls.services();
  const CallSettings& settings = services.settings;
  if (services.active_calls.load() >= settings.max_calls) return leg->reject(503, {}, {});
  auto ticket =
      services.calls_by_number.take(caller.is_outside() ? port.text() : caller.number, settings.max_calls_per_number);
  if (!ticket) return leg->reject(503, {}, {});
  const auto destination = route(*services.snapshot(), number);
  if (!destination || (caller.is_outside() && leads_out(*destination))) return leg->reject(404, {}, {});
  if (const auto* room = std::get_if<RoomPtr>(&*destination)) {
    return Conferences::enter(services, {leg, std::move(caller), {}, std::move(ticket), port}, *room);
  }
  const auto call = std::make_shared<Call>(calls, caller, number);
  call->ticket_ = std::move(ticket);
  calls.add_call(call);
  call->max_forwards_ = settings.max_forwards;
  call->anonymous_ = caller.is_outside() && caller.number == anonymous_number;
  call->seat_caller(leg, std::move(caller))->slot = port;
  call->start({}, correspondent_of(destination, number));
}

Call::PartyPtr Call::seat_caller(const std::shared_ptr<Leg>& leg, Correspondent caller) {
  auto party = std::make_shared<Party>();
  party->leg = leg;
  party->who = std::move(caller);
  party->calls = true;
  party->inbound = true;
  at(Side::a) = party;
  leg->set_owner(weak_from_this(), loop_);
  return party;
}

void Call::start(const std::optional<ReplacedDialog>& replaces, const Correspondent& callee) {
  const PartyPtr party = at(Side::a);
  party->media.emplace(party->slot ? slot_place() : session_.at(Side::a), services_.settings.suites);
  if (replaces) return replace_dialog(*replaces);

  Party other;
  other.who = callee;
  if (const SharedSdp offered = party->leg->offered()) {
    auto audio = take_offer(*party, other, *offered);
    if (!audio) {
      const bool policy = audio.error().code == "call.policy";
      return fail_setup(
          {488, audio.error().message + (policy ? " " + failing_sentences(party->decision) : std::string{}), {}});
    }
    caller_audio_ = std::move(*audio);
  }
  invite_number(to_, {});
}

Call::PartyPtr Call::party_of(const std::shared_ptr<Leg>& leg) const {
  for (const PartyPtr& party : parties_) {
    if (party && party->leg == leg) return party;
  }
  for (const PartyPtr& fork : forks_) {
    if (fork->leg == leg) return fork;
  }
  return nullptr;
}

Call::Side Call::side_of(const PartyPtr& party) const {
  if (party == at(Side::a)) return Side::a;
  return party == at(Side::b) ? Side::b : fork_side();
}

Call::PartyPtr Call::other_of(const PartyPtr& party) const {
  const PartyPtr& seated = at(media::other(side_of(party)));
  if (seated) return seated;
  // Before the answer: the one contact whose early media is settled.
  if (forks_.size() == 1 && forks_.front()->media && forks_.front()->media->agreed()) return forks_.front();
  return nullptr;
}

void Call::on_leg_event(const std::shared_ptr<Leg>& leg, LegEvent event) {
  const auto self = shared_from_this();
  if (pass_to_borrower(leg, event)) return;
  const PartyPtr party = party_of(leg);
  if (!party || state_ == CallState::ended) {
    // A contact that answered just as the call ended.
    if (std::holds_alternative<leg_event::Answered>(event)) leg->run([](Leg& late) { late.end(480, {}); });
    // A party on its way to another call: the offer is for that one, which has its own to make first.
    if (std::holds_alternative<leg_event::Offered>(event)) leg->run([](Leg& moved) { moved.refuse_offer(491, {}); });
    if (std::holds_alternative<leg_event::Refer>(event)) leg->run([](Leg& moved) { moved.notify_refer(491, true); });
    if (std::holds_alternative<leg_event::Confers>(event)) leg->run([](Leg& moved) { moved.notify_refer(491, true); });
    if (transfer_ && transfer_->referrer->leg == leg && std::holds_alternative<leg_event::Ended>(event)) {
      transfer_->referrer_gone = true;
    }
    return;
  }
  struct Visitor {
    Call& call;
    const PartyPtr& party;
    void operator()(const leg_event::Seized& e) const { call.on_seized(party, e.port); }
    void operator()(const leg_event::Joins& e) const { call.on_joins(party, e); }
    void operator()(const leg_event::Confers& e) const { call.on_confers(party, e); }
    void operator()(const leg_event::Digit& e) const { call.media_.dial(call.session_, e.digit); }
    void operator()(const leg_event::Progress& e) const { call.on_progress(party, e); }
    void operator()(const leg_event::Answered& e) const { call.on_answered(party, e); }
    void operator()(const leg_event::Failed& e) const { call.on_fork_failed(party, e); }
    void operator()(const leg_event::Offered& e) const { call.on_offered(party, e.sdp); }
    void operator()(const leg_event::RefreshDue&) const { call.on_refresh_due(party); }
    void operator()(const leg_event::OfferWithdrawn&) const { call.on_offer_withdrawn(party); }
    void operator()(const leg_event::OfferAnswered& e) const { call.on_offer_answered(party, e.sdp); }
    void operator()(const leg_event::OfferRefused& e) const { call.on_offer_refused(party, e.status); }
    void operator()(const leg_event::Refer& e) const { call.on_refer(party, e); }
    void operator()(const leg_event::Moved& e) const { party->leg = e.leg; }
    void operator()(const leg_event::Ended& e) const { call.on_ended(party, e.cause); }
    void operator()(const leg_event::Info& e) const {
      if (const PartyPtr other = call.other_of(party)) {
        other->leg->run([type = e.content_type, body = e.body](Leg& to) { to.send_info(type, body); });
      }
    }
  };
  std::visit(Visitor{*this, party}, event);
}

void Call::end_leg(const PartyPtr& party, int status, const std::string& warning) {
  if (!party || party->gone) return;
  party->gone = true;
  party->leg->run([status, warning](Leg& leg) { leg.end(status, warning); });
}

void Call::on_ended(const PartyPtr& party, const std::string& cause) {
  party->gone = true;
  if (std::find(forks_.begin(), forks_.end(), party) != forks_.end()) {
    return on_fork_failed(party, {480, cause, {}});
  }
  if (transfer_ && transfer_->referrer == party && at(media::other(transfer_->side))) {
    // The one that transfers has left; the other waits for the target.
    transfer_->referrer_gone = true;
    return;
  }
  hang_up(cause);
}

void Call::hang_up(const std::string& cause) {
  if (state_ == CallState::ended) return;
  const auto self = shared_from_this();
  cancel_forks();
  if (transfer_ && !transfer_->referrer_gone) notify(transfer_->referrer, 487, true);
  for (const PartyPtr& party : parties_) end_leg(party);
  if (lent_) Conferences::hang_up_lent(services_, lent_->conference, cause);
  finalize(cause);
}

void Call::fail_setup(const CallRefusal& refusal) {
  const auto self = shared_from_this();
  cancel_forks();
  if (const PartyPtr& caller = at(Side::a); caller && !caller->gone) {
    caller->gone = true;
    caller->leg->run([refusal](Leg& leg) { leg.reject(refusal.status, refusal.warning, refusal.retry_after); });
  }
  end_leg(at(Side::b));
  finalize("refused " + std::to_string(refusal.status) + (refusal.code.empty() ? "" : " " + refusal.code));
}

CallView Call::view() const {
  CallView view;
  view.id = id_;
  view.from = from_;
  view.to = to_;
  view.state = state_;
  view.started = started_;
  view.answered = answered_at_;
  view.ended = ended_at_;
  view.cause = cause_;
  view.media_moves = media_moves_;
  if (lent_) {
    view.conference = lent_->conference;
    view.conference_reason = lent_->reason;
  }
  const std::optional<CallStats> stats = final_stats_ ? final_stats_ : media_.stats(session_);
  if (stats) {
    view.relay = stats->packets.relay;
    view.media_lost = stats->packets.lost;
  }
  for (const Side side : {Side::a, Side::b}) {
    if (at(side)) view.legs.push_back(view_in(side, stats));
  }
  for (const PartyPtr& fork : forks_) view.legs.push_back(view_of(*fork, nullptr));
  view.legs.insert(view.legs.end(), left_.begin(), left_.end());
  return view;
}

LegView Call::view_in(Side side, const std::optional<CallStats>& stats) const {
  if (!stats) return view_of(*at(side), nullptr);
  const auto& slot = stats->slot(side);
  return view_of(*at(side), &stats->packets.side(side), slot ? &*slot : nullptr);
}

void Call::finalize(const std::string& cause) {
  if (state_ == CallState::ended) return;
  const auto self = shared_from_this();
  loop_.cancel(ring_timer_);
  state_ = CallState::ended;
  cause_ = cause;
  ended_at_ = loop_.clock().now();
  exchange_.reset();
  ticket_.give_back();
  trunk_ticket_.give_back();
  if (!session_) return conclude(std::nullopt);
  media_.close(session_, loop_, [self](const std::optional<CallStats>& stats) { self->conclude(stats); });
}

void Call::conclude(const std::optional<CallStats>& stats) {
  const auto self = shared_from_this();
  if (stats) {
    final_stats_ = stats;
    if (stats->packets.lost) cause_ += ", media lost";
  }
  const CallView last = view();
  // A time slot has no padlock to lock: the legs in packets are what can be encrypted.
  const bool locked = std::all_of(last.legs.begin(), last.legs.end(),
                                  [](const LegView& leg) { return leg.padlock || !leg.port.empty(); });
  base::log::info(
      "call.ended",
      {{"call", id_}, {"from", from_}, {"to", to_}, {"cause", cause_}, {"encrypted", locked && last.legs.size() > 1}});
  if (services_.record) services_.record(record_of(last));
  parties_ = {};
  forks_.clear();
  transfer_.reset();
  calls_.remove_call(id_);
}

}  // namespace cadenas::pbx
