#include "pbx/inbound_leg.hpp"

#include <algorithm>
#include <utility>

#include "pbx/calls.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::pbx {

InboundLeg::InboundLeg(Calls& calls, std::shared_ptr<sip::ServerTransaction> invite, std::string number)
    : SipLeg(calls, invite->flow(), std::move(number)), invite_(std::move(invite)) {}

base::Result<std::shared_ptr<InboundLeg>> InboundLeg::make(Calls& calls, std::shared_ptr<sip::ServerTransaction> invite,
                                                           std::string number) {
  const sip::MessageView& message = invite->request();
  auto leg = std::make_shared<InboundLeg>(calls, invite, std::move(number));
  const bool secure = message.request_uri().starts_with("sips:");
  auto dialog = sip::Dialog::uas(message, invite->local_tag(), local_uri(invite->flow(), leg->number_, secure));
  if (!dialog) return tl::unexpected(dialog.error());
  auto description = description_of(message);
  if (!description) return tl::unexpected(description.error());
  if (leg->refuse_small_interval(invite)) {
    return base::fail("call.session-interval", "The session interval is too small.", "Session-Expires");
  }
  leg->dialog_ = std::move(*dialog);
  leg->offered_ = std::move(*description);
  leg->last_local_is_answer_ = leg->offered_ != nullptr;
  if (leg->offered_) leg->last_remote_origin_ = leg->offered_->session.line('o').value_or("");
  leg->call_id_ = message.call_id();
  leg->local_tag_ = invite->local_tag();
  leg->peer_requires_reliable_ = message.lists(sip::HeaderId::require, "100rel");
  leg->peer_reliable_ = leg->peer_requires_reliable_ || message.lists(sip::HeaderId::supported, "100rel");
  leg->note_peer(message);
  leg->enter_table();
  return leg;
}

void InboundLeg::add_identity(sip::MessageWriter& response, const Identity& connected) const {
  if (connected.number.empty()) return;
  response.add("P-Asserted-Identity", identity_of(connected, uri_host(flow_.local)));
}

void InboundLeg::progress(int status, SharedSdp sdp, const Identity& connected) {
  if (left_ || invite_->answered() || acceptance_) return;
  const bool reliable =
      peer_requires_reliable_ || (peer_reliable_ && sdp != nullptr && calls_.services().settings.reliable_provisionals);
  auto response = invite_->make_response(status);
  response.add("Contact", contact());
  add_dialog_headers(response, false);
  add_identity(response, connected);
  std::uint32_t rseq = 0;
  if (reliable) {
    if (!reliable_) reliable_.emplace(invite_->request().cseq(), calls_.transactions().timings());
    rseq = reliable_->next_rseq();
    response.add("Require", "100rel").add("RSeq", std::uint64_t{rseq});
  }
  // An answer that went out reliably is not said twice (RFC 6337 §3.1).
  const bool with_sdp = sdp && !answer_is_reliable_;
  if (with_sdp) last_local_ = sdp;
  std::string text =
      with_sdp ? std::move(response).finish("application/sdp", sdp->to_string()) : std::move(response).finish();
  if (!reliable) return invite_->respond(std::move(text), status);
  if (with_sdp) answer_is_reliable_ = true;
  if (auto out = reliable_->add(rseq, std::move(text))) {
    invite_->respond(std::move(*out), status);
    launched();
  }
}

void InboundLeg::launched() {
  prack_deadline_ = loop_.clock().steady() + calls_.transactions().timings().timeout();
  arm_repeat();
}

void InboundLeg::arm_repeat() {
  loop_.cancel(repeat_timer_);
  const auto left = std::chrono::ceil<base::Millis>(prack_deadline_ - loop_.clock().steady());
  repeat_timer_ = loop_.after(std::min(reliable_->delay(), left), [weak = weak()] {
    if (const auto self = weak.lock()) static_cast<InboundLeg&>(*self).repeat();
  });
}

void InboundLeg::repeat() {
  if (left_ || invite_->answered() || !reliable_->in_the_air()) return;
  if (loop_.clock().steady() >= prack_deadline_) {
    invite_->respond(504, "No PRACK");
    return finish("no PRACK");
  }
  if (auto again = reliable_->repeat()) invite_->respond(std::move(*again), 183);
  arm_repeat();
}

void InboundLeg::on_prack(const std::shared_ptr<sip::ServerTransaction>& request) {
  const auto rack = sip::RAck::parse(request->request().value(sip::HeaderId::rack));
  if (!rack || !reliable_ || !reliable_->acknowledge(*rack)) return request->respond(481);
  loop_.cancel(repeat_timer_);
  if (request->request().body().empty()) {
    request->respond(200);
  } else {
    take_offer_request(request);
  }
  if (auto next = reliable_->waiting()) {
    invite_->respond(std::move(*next), 183);
    launched();
  } else if (acceptance_) {
    send_accept();
  }
}

void InboundLeg::accept(SharedSdp sdp, const Identity& connected) {
  if (left_ || invite_->answered() || acceptance_) return;
  acceptance_ = Acceptance{std::move(sdp), connected};
  if (!reliable_ || !reliable_->in_the_air()) send_accept();
}

void InboundLeg::send_accept() {
  const auto acceptance = std::move(*acceptance_);
  acceptance_.reset();
  const sip::MessageView& message = invite_->request();
  auto ok = invite_->make_response(200);
  ok.add("Contact", contact());
  add_dialog_headers(ok, false);
  add_identity(ok, acceptance.connected);
  const auto timer = answer_session_timer(message, calls_.services().settings.session_timer);
  if (timer.terms) {
    ok.add("Session-Expires", timer.session_expires);
    if (timer.require_timer) ok.add("Require", "timer");
  }
  dialog_->confirm();
  unacked_ = invite_;
  if (!offered_) exchange_ = Exchange::offered_in_2xx;
  const bool with_sdp = acceptance.sdp && !answer_is_reliable_;
  if (with_sdp) last_local_ = acceptance.sdp;
  invite_->respond(
      with_sdp ? std::move(ok).finish("application/sdp", acceptance.sdp->to_string()) : std::move(ok).finish(), 200);
  start_session_timer(timer.terms);
}

void InboundLeg::reject(int status, const std::string& warning, std::optional<std::uint32_t> retry_after) {
  const auto self = shared_from_this();
  if (left_) return;
  auto refusal = invite_->make_response(status);
  if (!warning.empty()) refusal.add("Warning", "399 " + uri_host(flow_.local) + " \"" + warning + "\"");
  if (retry_after) refusal.add("Retry-After", std::uint64_t{*retry_after});
  invite_->respond(std::move(refusal).finish(), status);
  leave();
  dialog_->terminate();
}

void InboundLeg::answer_pending() {
  loop_.cancel(repeat_timer_);
  acceptance_.reset();
  if (!invite_->answered()) invite_->respond(487);
  SipLeg::answer_pending();
}

void InboundLeg::end(int status, const std::string& warning) {
  if (!confirmed()) return reject(status, warning, {});
  const auto self = shared_from_this();
  if (unacked_ == invite_ && !bye_after_ack_) {
    // No BYE before the ACK (RFC 3261 §15); the table keeps the leg until then.
    bye_after_ack_ = true;
    owner_.reset();
    return;
  }
  if (!leave()) return;
  send_bye();
}

void InboundLeg::on_cancel() {
  if (left_ || invite_->answered()) return;
  finish("cancelled");
}

}  // namespace cadenas::pbx
