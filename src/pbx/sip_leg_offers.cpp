// Offers within a dialog: re-INVITE, UPDATE, PRACK, and who gives way (RFC 3261 §14, RFC 3311).

#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "pbx/calls.hpp"
#include "pbx/sip_leg.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::pbx {

namespace {

base::Millis random_delay(int from_ms, int to_ms) {
  std::array<std::uint8_t, 2> octets{};
  base::fill_random(octets);
  const int value = octets[0] << 8 | octets[1];
  return base::Millis{from_ms + value % (to_ms - from_ms)};
}

}  // namespace

void SipLeg::take_offer_request(const std::shared_ptr<sip::ServerTransaction>& request) {
  const sip::MessageView& message = request->request();
  const bool invite = message.method() == sip::Method::invite;
  auto description = description_of(message);
  if (!description) {
    return request->respond(description.error().code == "call.content-type" ? 415 : 488);
  }
  if (refuse_small_interval(request)) return;
  note_peer(message);
  static_cast<void>(dialog_->update_target(message));
  if (!invite && !*description) return respond_ok_with(request, nullptr);
  const bool busy_asking = exchange_ == Exchange::asked || exchange_ == Exchange::offered_in_2xx ||
                           (unacked_ && exchange_ == Exchange::idle && invite);
  if (busy_asking) {
    auto later = request->make_response(500);
    later.add("Retry-After", std::uint64_t{static_cast<unsigned>(random_delay(0, 10).count())});
    return request->respond(std::move(later).finish(), 500);
  }
  if (exchange_ != Exchange::idle) return request->respond(491);
  if (invite && !confirmed()) return request->respond(500);
  if (*description) {
    const std::string origin((*description)->session.line('o').value_or(""));
    // The same description again is a refresh (RFC 4028 §7.4): the other party need not know.
    // What we last said can be said again unless it was an offer, whose list of keys is no answer (RFC 4568 §5.1.3).
    if (!origin.empty() && origin == last_remote_origin_ && last_local_ && last_local_is_answer_) {
      return respond_ok_with(request, last_local_);
    }
  }
  exchange_ = Exchange::asked;
  asked_ = request;
  asked_for_ours_ = !*description;
  emit(leg_event::Offered{*description});
}

void SipLeg::respond_ok_with(const std::shared_ptr<sip::ServerTransaction>& request, const SharedSdp& sdp) {
  const sip::MessageView& message = request->request();
  auto ok = request->make_response(200);
  add_dialog_headers(ok, false);
  if (message.method() != sip::Method::prack) {
    ok.add("Contact", contact());
    const auto timer = answer_session_timer(message, calls_.services().settings.session_timer);
    if (timer.terms) {
      ok.add("Session-Expires", timer.session_expires);
      if (timer.require_timer) ok.add("Require", "timer");
      if (confirmed()) start_session_timer(timer.terms);
    }
  }
  if (message.method() == sip::Method::invite) unacked_ = request;
  if (sdp) {
    last_local_ = sdp;
    request->respond(std::move(ok).finish("application/sdp", sdp->to_string()), 200);
  } else {
    request->respond(std::move(ok).finish(), 200);
  }
}

void SipLeg::answer(SharedSdp sdp) {
  if (left_ || exchange_ != Exchange::asked || !asked_) return;
  const auto request = std::exchange(asked_, nullptr);
  exchange_ = asked_for_ours_ ? Exchange::offered_in_2xx : Exchange::idle;
  last_local_is_answer_ = !asked_for_ours_;
  if (!asked_for_ours_) {
    const auto described = description_of(request->request());
    if (described && *described) last_remote_origin_ = (*described)->session.line('o').value_or("");
  }
  respond_ok_with(request, sdp);
}

void SipLeg::refuse_offer(int status, const std::string& warning) {
  if (left_ || exchange_ != Exchange::asked || !asked_) return;
  const auto request = std::exchange(asked_, nullptr);
  exchange_ = Exchange::idle;
  auto refusal = request->make_response(status);
  if (!warning.empty()) refusal.add("Warning", "399 " + uri_host(flow_.local) + " \"" + warning + "\"");
  request->respond(std::move(refusal).finish(), status);
}

void SipLeg::on_offer_cancelled(const std::shared_ptr<sip::ServerTransaction>& invite) {
  if (asked_ != invite) return;
  refuse_offer(487, {});
  emit(leg_event::OfferWithdrawn{});
}

void SipLeg::offer(SharedSdp sdp, bool insist) {
  if (left_ || !dialog_) return emit(leg_event::OfferRefused{481});
  if (lost_) return emit(leg_event::OfferRefused{480});
  if (exchange_ != Exchange::idle || unacked_) {
    if (!insist) return emit(leg_event::OfferRefused{491});
    offered_sdp_ = std::move(sdp);
    insist_ = true;
    loop_.cancel(glare_timer_);
    glare_timer_ = after(random_delay(100, 500), &SipLeg::retry_offer);
    return;
  }
  offered_sdp_ = std::move(sdp);
  insist_ = insist;
  glares_ = 0;
  send_offer();
}

void SipLeg::send_offer() {
  const bool invite = confirmed();
  if (!invite && !peer_updates_) return emit(leg_event::OfferRefused{491});
  exchange_ = Exchange::offering;
  auto request = dialog_->request(invite ? sip::Method::invite : sip::Method::update);
  add_dialog_headers(request, true);
  if (terms_) {
    request.add("Session-Expires",
                std::to_string(terms_->seconds) + (terms_->we_refresh ? ";refresher=uac" : ";refresher=uas"));
    request.add("Min-SE", std::uint64_t{calls_.services().settings.session_timer.min_se});
  }
  offering_ = calls_.transactions().send_request(
      flow_, std::move(request).finish("application/sdp", offered_sdp_->to_string()), weak());
  if (invite) offer_timer_ = after(calls_.services().settings.offer_timeout, &SipLeg::cancel_offer);
}

// Provisional responses keep an INVITE open for ever, and with it the offers of both parties.
void SipLeg::cancel_offer() {
  if (offering_ != nullptr) calls_.transactions().cancel(offering_);
}

void SipLeg::retry_offer() {
  if (left_) return;
  if (exchange_ == Exchange::waiting) exchange_ = Exchange::idle;
  if (exchange_ == Exchange::idle && !unacked_) return send_offer();
  glare_timer_ = after(random_delay(100, 500), &SipLeg::retry_offer);
}

void SipLeg::acknowledge_success(const sip::MessageView& response) {
  if (acked_cseq_ != response.cseq() || last_ack_.empty()) {
    last_ack_ = dialog_->ack(response.cseq()).finish();
    acked_cseq_ = response.cseq();
  }
  static_cast<void>(calls_.transactions().send_ack(flow_, last_ack_));
}

void SipLeg::on_offer_final(const sip::MessageView& response) {
  // 487 answers our own CANCEL; whoever offered did not ask for one.
  const int status = response.status() == 487 ? 480 : response.status();
  loop_.cancel(offer_timer_);
  const bool refresh = refreshing_ != nullptr;
  refreshing_ = nullptr;
  offering_ = nullptr;
  exchange_ = Exchange::idle;
  if (status < 300) {
    note_peer(response);
    static_cast<void>(dialog_->update_target(response));
    if (confirmed()) start_session_timer(terms_of_response(response, calls_.services().settings.session_timer));
    auto description = description_of(response);
    if (description && *description) last_remote_origin_ = (*description)->session.line('o').value_or("");
    if (refresh) return;
    last_local_ = offered_sdp_;
    last_local_is_answer_ = false;
    return emit(leg_event::OfferAnswered{description ? *description : nullptr});
  }
  if (status == 408 || status == 481) {
    send_bye();
    return finish(status == 481 ? "dialog unknown to the party" : "party does not answer");
  }
  if (status == 491 && (insist_ || refresh) && glares_ < 5) {
    ++glares_;
    exchange_ = Exchange::waiting;
    // The owner of the Call-ID waits longer (RFC 3261 §14.1).
    const auto delay = dialog_->is_caller() ? random_delay(2100, 4000) : random_delay(0, 2000);
    if (refresh) {
      exchange_ = Exchange::idle;
      session_timer_ = after(delay, &SipLeg::refresh_session);
    } else {
      glare_timer_ = after(delay, &SipLeg::retry_offer);
    }
    return;
  }
  if (status == 422 && terms_)
    terms_->seconds = interval_after_422(response, terms_->seconds).value_or(terms_->seconds);
  if (refresh) {
    // Whoever refuses is there. A peer with a timer of its own wants another try before that runs out.
    if (!terms_) return;
    session_timer_ = after(peer_timer_ ? base::Millis{10'000} : terms_->refresh_after(), &SipLeg::refresh_session);
    return;
  }
  emit(leg_event::OfferRefused{status});
}

}  // namespace cadenas::pbx
