#include "pbx/sip_leg.hpp"

#include <utility>

#include "pbx/calls.hpp"
#include "sip/header_values.hpp"
#include "sip/quoted_string.hpp"
#include "sip/transaction_layer.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::string_view allowed = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS, REFER, NOTIFY";

}  // namespace

base::Result<SharedSdp> description_of(const sip::MessageView& message) {
  if (message.body().empty()) return SharedSdp{};
  const auto type = sip::MediaType::parse(message.value(sip::HeaderId::content_type));
  if (!type || !type->is("application", "sdp")) {
    return base::fail("call.content-type", "The body must be application/sdp.", "Content-Type");
  }
  auto sdp = sip::Sdp::parse(message.body());
  if (!sdp) return tl::unexpected(sdp.error());
  return std::make_shared<const sip::Sdp>(std::move(*sdp));
}

std::string identity_of(const Identity& who, const std::string& host) {
  const std::string uri = "<sip:" + sip::escape_user(who.number) + "@" + host + ">";
  return who.display_name.empty() ? uri : sip::quote(who.display_name) + " " + uri;
}

std::string uri_host(const base::Endpoint& endpoint) {
  return endpoint.is_v6() ? "[" + endpoint.address() + "]" : endpoint.address();
}

std::string local_uri(const sip::Flow& flow, std::string_view user, bool secure) {
  std::string uri = secure ? "sips:" : "sip:";
  uri += sip::escape_user(user);
  uri += "@" + uri_host(flow.local) + ":" + std::to_string(flow.local.port());
  switch (flow.transport) {
    case sip::Transport::udp:
      break;
    case sip::Transport::tcp:
      uri += ";transport=tcp";
      break;
    case sip::Transport::tls:
      if (!secure) uri += ";transport=tls";
      break;
    case sip::Transport::wss:
      uri += ";transport=ws";  // RFC 7118 §5.2: there is no other word for it
      break;
  }
  return uri;
}

SipLeg::SipLeg(Calls& calls, sip::Flow flow, std::string number)
    : Leg(calls.loop(), std::move(number)), calls_(calls), flow_(std::move(flow)) {}

SipLeg::~SipLeg() = default;

void SipLeg::run(std::function<void(Leg&)> task) {
  loop_.post([self = shared(), task = std::move(task)]() mutable {
    if (self->successor_) return self->successor_->run(std::move(task));
    task(*self);
  });
}

base::Timers::Id SipLeg::after(base::Millis delay, void (SipLeg::*member)()) {
  return loop_.after(delay, [weak = weak(), member] {
    if (const auto self = weak.lock()) (self.get()->*member)();
  });
}

void SipLeg::enter_table() {
  calls_.add_leg(call_id_, local_tag_, shared());
}

bool SipLeg::leave() {
  if (left_) return false;
  left_ = true;
  loop_.cancel(session_timer_);
  loop_.cancel(glare_timer_);
  loop_.cancel(offer_timer_);
  loop_.cancel(return_timer_);
  answer_pending();
  calls_.remove_leg(call_id_, local_tag_);
  return true;
}

void SipLeg::answer_pending() {
  if (asked_ && !asked_->answered()) asked_->respond(487);
}

void SipLeg::finish(const std::string& cause) {
  const auto self = shared_from_this();
  if (!leave()) return;
  if (dialog_) dialog_->terminate();
  emit(leg_event::Ended{cause});
}

void SipLeg::send_bye() {
  if (!dialog_ || dialog_->state() == sip::Dialog::State::terminated) return;
  auto bye = dialog_->request(sip::Method::bye);
  dialog_->terminate();
  calls_.transactions().send_request(flow_, std::move(bye).finish(), weak());
}

std::string SipLeg::contact() const {
  return "<" + (dialog_ ? dialog_->local_contact() : local_uri(flow_, number_, false)) + ">";
}

void SipLeg::add_dialog_headers(sip::MessageWriter& writer, bool request) const {
  writer.add("Allow", allowed).add("Supported", "100rel, timer, replaces");
  writer.add(request ? "User-Agent" : "Server", calls_.services().settings.user_agent);
}

void SipLeg::note_peer(const sip::MessageView& message) {
  if (message.find(sip::HeaderId::allow)) peer_updates_ = message.lists(sip::HeaderId::allow, "UPDATE");
  if (message.find(sip::HeaderId::supported)) peer_timer_ = message.lists(sip::HeaderId::supported, "timer");
}

// Requests within the dialog.

void SipLeg::on_request(const std::shared_ptr<sip::ServerTransaction>& request) {
  const sip::MessageView& message = request->request();
  if (left_ || !dialog_ || !dialog_->matches(message)) return request->respond(481);
  if (!dialog_->accept(message)) return request->respond(500, "CSeq Out Of Order");
  switch (message.method()) {
    case sip::Method::bye:
      request->respond(200);
      if (unacked_) unacked_->acknowledged();
      return finish("bye");
    case sip::Method::invite:
    case sip::Method::update:
      return take_offer_request(request);
    case sip::Method::prack:
      return on_prack(request);
    case sip::Method::info:
      emit(leg_event::Info{std::string(message.value(sip::HeaderId::content_type)), std::string(message.body())});
      return request->respond(200);
    case sip::Method::options: {
      auto ok = request->make_response(200);
      add_dialog_headers(ok, false);
      ok.add("Accept", "application/sdp");
      return request->respond(std::move(ok).finish(), 200);
    }
    case sip::Method::refer:
      return on_refer(request);
    default:
      return request->respond(message.method() == sip::Method::notify ? 481 : 405);
  }
}

void SipLeg::on_prack(const std::shared_ptr<sip::ServerTransaction>& request) {
  request->respond(481);
}

void SipLeg::on_refer(const std::shared_ptr<sip::ServerTransaction>& request) {
  const sip::MessageView& message = request->request();
  const auto* refer_to = message.find(sip::HeaderId::refer_to);
  if (!refer_to) return request->respond(400, "Missing Refer-To");
  if (!confirmed() || refer_pending_) return request->respond(403);
  refer_pending_ = true;
  auto accepted = request->make_response(202);
  accepted.add("Contact", contact());
  request->respond(std::move(accepted).finish(), 202);
  emit(leg_event::Refer{std::string(refer_to->value), std::string(message.value(sip::HeaderId::referred_by))});
}

void SipLeg::notify_refer(int status, bool last) {
  if (left_ || !refer_pending_ || !confirmed()) return;
  if (last) refer_pending_ = false;
  auto notify = dialog_->request(sip::Method::notify);
  notify.add("Event", "refer");
  notify.add("Subscription-State", last ? "terminated;reason=noresource" : "active;expires=60");
  const std::string fragment =
      "SIP/2.0 " + std::to_string(status) + " " + std::string(sip::reason_phrase(status)) + "\r\n";
  calls_.transactions().send_request(flow_, std::move(notify).finish("message/sipfrag;version=2.0", fragment), weak());
}

bool SipLeg::refuse_small_interval(const std::shared_ptr<sip::ServerTransaction>& request) {
  const auto& settings = calls_.services().settings.session_timer;
  if (!answer_session_timer(request->request(), settings).too_small) return false;
  auto refusal = request->make_response(422);
  refusal.add("Min-SE", std::uint64_t{settings.min_se});
  request->respond(std::move(refusal).finish(), 422);
  return true;
}

void SipLeg::on_ack(const sip::MessageView& ack) {
  if (!unacked_ || unacked_->request().cseq() != ack.cseq()) return;
  std::exchange(unacked_, nullptr)->acknowledged();
  if (bye_after_ack_) {
    const auto self = shared_from_this();
    send_bye();
    leave();
    return;
  }
  if (exchange_ != Exchange::offered_in_2xx) return;
  exchange_ = Exchange::idle;
  auto description = description_of(ack);
  if (description && *description) last_remote_origin_ = (*description)->session.line('o').value_or("");
  emit(leg_event::OfferAnswered{description ? *description : nullptr});
}

void SipLeg::on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite) {
  if (invite != unacked_) return;
  unacked_ = nullptr;
  send_bye();
  finish("no ACK");
}

// Our own requests.

void SipLeg::send_info(const std::string& content_type, const std::string& body) {
  if (left_ || !dialog_ || dialog_->remote_target().empty()) return;
  auto info = dialog_->request(sip::Method::info);
  calls_.transactions().send_request(
      flow_, body.empty() ? std::move(info).finish() : std::move(info).finish(content_type, body), weak());
}

void SipLeg::on_response(const std::shared_ptr<sip::ClientTransaction>& transaction, const sip::MessageView& response) {
  const auto self = shared_from_this();
  if (on_initial_response(transaction, response)) return;
  if (response.status() < 200) return;
  const bool success = response.status() < 300;
  if (success && transaction->is_invite() && dialog_) acknowledge_success(response);
  if (left_) return;
  if (transaction == offering_ || transaction == refreshing_) return on_offer_final(response);
  if (response.status() == 481 && transaction->method() != sip::Method::notify &&
      transaction->method() != sip::Method::bye) {
    finish("dialog unknown to the party");
  }
}

void SipLeg::on_failed(const std::shared_ptr<sip::ClientTransaction>& transaction, sip::TransactionFailure failure) {
  const auto self = shared_from_this();
  if (on_initial_failed(transaction, failure)) return;
  if (left_ || transaction->method() == sip::Method::bye) return;
  if (transaction != offering_ && transaction != refreshing_) return;
  // The connection went under it: whether the phone comes back is settled when that is told.
  if (failure == sip::TransactionFailure::transport && is_reliable(flow_.transport)) return;
  send_bye();
  finish("party does not answer");
}

// Session timer (RFC 4028 §10).

void SipLeg::start_session_timer(const std::optional<SessionTerms>& terms) {
  loop_.cancel(session_timer_);
  session_timer_ = 0;
  terms_ = terms;
  if (!terms) return;
  session_timer_ = terms->we_refresh ? after(terms->refresh_after(), &SipLeg::refresh_session)
                                     : after(terms->give_up_after(), &SipLeg::session_expired);
}

void SipLeg::refresh_session() {
  if (left_ || !confirmed()) return;
  if (exchange_ != Exchange::idle || unacked_) {
    session_timer_ = after(base::Millis{2000}, &SipLeg::refresh_session);
    return;
  }
  if (!peer_updates_) {
    // A re-INVITE describes the session, and its answer may bring another key: both are the owner's matter.
    session_timer_ = after(peer_timer_ ? base::Millis{10'000} : terms_->refresh_after(), &SipLeg::refresh_session);
    return emit(leg_event::RefreshDue{});
  }
  auto request = dialog_->request(sip::Method::update);
  add_dialog_headers(request, true);
  if (peer_timer_) {
    request.add("Session-Expires", std::to_string(terms_->seconds) + ";refresher=uac");
    request.add("Min-SE", std::uint64_t{calls_.services().settings.session_timer.min_se});
  }
  exchange_ = Exchange::offering;
  refreshing_ = calls_.transactions().send_request(flow_, std::move(request).finish(), weak());
}

void SipLeg::session_expired() {
  if (left_) return;
  send_bye();
  finish("session expired");
}

}  // namespace cadenas::pbx
