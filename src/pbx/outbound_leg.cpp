#include "pbx/outbound_leg.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "pbx/calls.hpp"
#include "sip/header_values.hpp"
#include "sip/transaction_layer.hpp"
#include "sip/uri.hpp"

namespace cadenas::pbx {

InviteTarget target_at_trunk(const TrunkCall& to, const sip::Flow& flow) {
  const store::Trunk& trunk = *to.trunk;
  return {flow, uri_at_trunk(to, flow), to.dialled, uri_host(flow.remote), trunk.auth_user, trunk.auth_password};
}

OutboundLeg::OutboundLeg(Calls& calls, InviteTarget target, std::string number)
    : SipLeg(calls, target.flow, std::move(number)), target_(std::move(target)) {}

void OutboundLeg::start(Invitation invitation) {
  invitation_ = std::move(invitation);
  call_id_ = base::random_hex(16);
  local_tag_ = base::random_hex(8);
  session_interval_ = calls_.services().settings.session_timer.interval;
  from_ = invitation_.anonymous ? "\"Anonymous\" <sip:anonymous@anonymous.invalid>"
                                : identity_of(invitation_.from, uri_host(flow_.local));
  enter_table();
  send_invite();
}

void OutboundLeg::send_invite() {
  const CallSettings& settings = calls_.services().settings;
  const bool secure = target_.contact_uri.starts_with("sips:");
  auto invite = sip::MessageWriter::request(sip::Method::invite, target_.contact_uri);
  invite.add("Max-Forwards", std::uint64_t{invitation_.max_forwards});
  invite.add("From", from_ + ";tag=" + local_tag_);
  invite.add("To", "<sip:" + sip::escape_user(target_.to_number.empty() ? invitation_.to_number : target_.to_number) +
                       "@" + (target_.to_host.empty() ? uri_host(flow_.local) : target_.to_host) + ">");
  invite.add("Call-ID", call_id_);
  invite.add("CSeq", std::to_string(++cseq_) + " INVITE");
  // Our Contact names the caller, so that a phone shows whom it would call back; nobody where that is private.
  const std::string user = invitation_.anonymous ? "anonymous" : invitation_.from.number;
  invite.add("Contact", "<" + local_uri(flow_, user, secure) + ">");
  add_dialog_headers(invite, true);
  if (!invitation_.anonymous) {
    invite.add("P-Asserted-Identity", identity_of(invitation_.from, uri_host(flow_.local)));
  } else {
    invite.add("Privacy", "id");
  }
  if (!invitation_.referred_by.empty()) invite.add("Referred-By", invitation_.referred_by);
  if (session_interval_ != 0) {
    invite.add("Session-Expires", std::uint64_t{session_interval_});
    invite.add("Min-SE", std::uint64_t{settings.session_timer.min_se});
  }
  if (proof_) invite.add(proof_->header, proof_->value);
  last_local_ = invitation_.offer;
  invite_ = calls_.transactions().send_request(
      flow_, std::move(invite).finish("application/sdp", invitation_.offer->to_string()), weak());
}

bool OutboundLeg::adopt_dialog(const sip::MessageView& response) {
  if (dialog_ && dialog_->id() == sip::DialogId::of_response(response)) return true;
  const sip::MessageView* sent = invite_->request();
  if (!sent) return false;
  const bool secure = target_.contact_uri.starts_with("sips:");
  const std::string user = invitation_.anonymous ? "anonymous" : invitation_.from.number;
  auto dialog = sip::Dialog::uac(*sent, response, local_uri(flow_, user, secure));
  if (!dialog) return false;
  // Another To tag: the contact is itself a forking proxy. The latest early dialog is the one we follow.
  dialog_ = std::move(*dialog);
  reliable_ = {};
  return true;
}

void OutboundLeg::on_provisional(const sip::MessageView& response) {
  if (left_ || cancelled_ || response.status() == 100) return;
  const bool has_dialog = !response.to_tag().empty() && adopt_dialog(response);
  note_peer(response);
  leg_event::Progress progress;
  progress.status = response.status();
  if (response.lists(sip::HeaderId::require, "100rel")) {
    const auto rseq = sip::parse_uint32(response.value(sip::HeaderId::rseq));
    if (!has_dialog || !rseq) return;
    if (reliable_.receive(*rseq, response.cseq()) != sip::ReliableReceiver::Verdict::fresh) return;
    auto prack = dialog_->request(sip::Method::prack);
    prack.add("RAck", reliable_.rack());
    calls_.transactions().send_request(flow_, std::move(prack).finish(), weak());
    progress.reliable = true;
  }
  const auto description = description_of(response);
  if (description) progress.sdp = *description;
  emit(std::move(progress));
}

void OutboundLeg::on_success(const sip::MessageView& response) {
  const bool known = answered_ && dialog_ && dialog_->id() == sip::DialogId::of_response(response);
  if (known) {
    // Our ACK was lost, or the 2xx came twice.
    acknowledge_success(response);
    return;
  }
  if (answered_ || cancelled_ || left_) {
    // A second fork, or a 2xx that crossed our CANCEL (RFC 3261 §13.2.2.4): acknowledged and ended.
    const sip::MessageView* sent = invite_->request();
    auto late = sent ? sip::Dialog::uac(*sent, response, local_uri(flow_, number_, false))
                     : base::Result<sip::Dialog>(base::fail("dialog", ""));
    if (late) {
      static_cast<void>(calls_.transactions().send_ack(flow_, late->ack(response.cseq()).finish()));
      calls_.transactions().send_request(flow_, late->request(sip::Method::bye).finish(), {});
    }
    if (!answered_) leave();
    return;
  }
  if (!adopt_dialog(response)) {
    leave();
    return emit(leg_event::Failed{502, "Answer Without Contact", {}});
  }
  static_cast<void>(dialog_->confirm(response));
  answered_ = true;
  note_peer(response);
  last_ack_ = dialog_->ack(response.cseq()).finish();
  acked_cseq_ = response.cseq();
  static_cast<void>(calls_.transactions().send_ack(flow_, last_ack_));
  start_session_timer(terms_of_response(response, calls_.services().settings.session_timer));
  const auto description = description_of(response);
  if (description && *description) last_remote_origin_ = (*description)->session.line('o').value_or("");
  emit(leg_event::Answered{description ? *description : nullptr});
}

bool OutboundLeg::on_initial_response(const std::shared_ptr<sip::ClientTransaction>& transaction,
                                      const sip::MessageView& response) {
  if (transaction != invite_) return false;
  const int status = response.status();
  if (status < 200) {
    on_provisional(response);
    return true;
  }
  if (status < 300) {
    on_success(response);
    return true;
  }
  if (status == 422 && !cancelled_) {
    if (const auto interval = interval_after_422(response, session_interval_)) {
      session_interval_ = *interval;
      send_invite();
      return true;
    }
  }
  if ((status == 401 || status == 407) && !cancelled_ && answer_challenge(response)) return true;
  if (!leave() || cancelled_) return true;
  leg_event::Failed failed{status, std::string(response.reason()), {}};
  if (const auto retry = sip::RetryAfter::parse(response.value(sip::HeaderId::retry_after))) {
    failed.retry_after = retry->seconds;
  }
  emit(std::move(failed));
  return true;
}

bool OutboundLeg::answer_challenge(const sip::MessageView& response) {
  if (target_.auth_user.empty() || !target_.auth_password) return false;
  auto answer = answer_to_challenge(response, target_.auth_user, base::as_text(target_.auth_password->view()),
                                    target_.contact_uri);
  // Once more only where the nonce was stale: the same password would be as wrong as before.
  if (!answer || (proof_ && !answer->stale)) return false;
  if (proof_ && proof_->stale) return false;
  proof_ = std::move(*answer);
  send_invite();
  return true;
}

bool OutboundLeg::on_initial_failed(const std::shared_ptr<sip::ClientTransaction>& transaction,
                                    sip::TransactionFailure failure) {
  if (transaction != invite_) return false;
  if (!leave() || cancelled_) return true;
  const bool timeout = failure == sip::TransactionFailure::timeout;
  emit(leg_event::Failed{timeout ? 408 : 503, timeout ? "Request Timeout" : "Service Unavailable", {}});
  return true;
}

void OutboundLeg::finish(const std::string& cause) {
  if (answered_ || left_) return SipLeg::finish(cause);
  if (!cancelled_) emit(leg_event::Ended{cause});
  end(480, {});
}

void OutboundLeg::end(int, const std::string&) {
  const auto self = shared_from_this();
  if (confirmed()) {
    if (!leave()) return;
    return send_bye();
  }
  if (cancelled_ || left_) return;
  cancelled_ = true;
  owner_.reset();
  // The table keeps the leg until the final response, which may yet be a 2xx.
  calls_.transactions().cancel(invite_);
}

}  // namespace cadenas::pbx
