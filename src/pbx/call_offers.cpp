// Offers within a Call: what one party describes reaches the other, each leg with its own addresses and keys
// (RFC 3264 §8, RFC 3261 §14, RFC 3311).

#include <utility>

#include "base/log.hpp"
#include "pbx/call.hpp"
#include "pbx/call_facts.hpp"
#include "pbx/calls.hpp"

namespace cadenas::pbx {

base::Result<AudioDescription> Call::take_offer(Party& party, const Party& other, const sip::Sdp& sdp) {
  const auto described = read_description(sdp);
  if (!described) return tl::unexpected(described.error());
  party.decision = judge(*services_.snapshot(), party, other, services_.certificate(), described->seen);
  return party.media->take_offer(sdp, party.decision, srtp_mode_of(party.who));
}

void Call::configure(Side side, const Party& party) {
  const auto done = media_.configure(session_, side, *party.media);
  if (!done) base::log::error("call.media", {{"call", id_}, {"code", done.error().code}});
}

void Call::respond(const PartyPtr& to, const SharedSdp& sdp) {
  const PartyPtr& callee = at(Side::b);
  // The caller's INVITE is answered once somebody sits opposite; until then its offers are UPDATEs and PRACKs.
  if (!to->inbound || to->established || !callee) {
    to->leg->run([sdp](Leg& leg) { leg.answer(sdp); });
    return;
  }
  to->established = true;
  to->leg->run([sdp, connected = callee->who.identity()](Leg& leg) { leg.accept(sdp, connected); });
}

void Call::refuse(const PartyPtr& to, int status, const std::string& warning) {
  to->leg->run([status, warning](Leg& leg) { leg.refuse_offer(status, warning); });
}

void Call::make_offer_to(const PartyPtr& to, const AudioDescription& audio, bool insist, bool plain) {
  const PartyPtr other = other_of(to);
  auto plan = plan_for(*to, other ? *other : *to, policy::OfferMoment::in_request);
  const bool anew = std::exchange(to->encrypts_again, false);
  const auto form = plain ? policy::MediaForm::avp_plain : anew ? plan.form : to->media->form_in_dialog(plan.form);
  if (to->decision.voice == policy::VoiceTreatment::refuse) {
    // It may not be encrypted any more, and takes nothing else.
    to->retry_plain = false;
    base::log::warning("call.policy",
                       {{"call", id_}, {"number", to->who.number}, {"reason", failing_sentences(to->decision)}});
    return on_offer_refused(to, 488);
  }
  if (!to->media->can_offer(form)) {
    // It joined a session on a relay that cannot shake hands for it: nobody needs to ask.
    to->retry_plain = false;
    base::log::warning("call.media", {{"call", id_}, {"code", dtls_needs_board().code}});
    return on_offer_refused(to, 488);
  }
  // A phone that encrypts already refuses something else, and the session stays as it was (RFC 3261 §14.1).
  to->retry_plain = !plain && plan.retry_plain && form != policy::MediaForm::avp_plain && !to->media->encrypted();
  auto sdp = std::make_shared<const sip::Sdp>(to->media->make_offer(audio, form));
  to->leg->run([sdp = std::move(sdp), insist](Leg& leg) { leg.offer(sdp, insist); });
}

void Call::inform(const PartyPtr& to, const AudioDescription& audio) {
  exchange_ = Exchange{Exchange::Kind::inform, nullptr, to};
  make_offer_to(to, audio, true);
}

void Call::on_offered(const PartyPtr& from, const SharedSdp& sdp) {
  const PartyPtr other = other_of(from);
  if (exchange_ || !other || transfer_ || !from->media->agreed() || !other->media->agreed()) {
    return refuse(from, 491, {});
  }
  if (!sdp) {
    const auto plan = plan_for(*from, *other, policy::OfferMoment::in_response);
    if (from->decision.voice == policy::VoiceTreatment::refuse) {
      return refuse(from, 488, std::string(from->decision.refusal.reason));
    }
    const auto form = from->media->form_in_dialog(plan.form);
    if (!from->media->can_offer(form)) return refuse(from, 488, dtls_needs_board().message);
    auto ours = std::make_shared<const sip::Sdp>(from->media->make_offer(other->media->remote_audio(), form));
    exchange_ = Exchange{Exchange::Kind::in_response, from, other};
    return respond(from, ours);
  }
  const auto audio = take_offer(*from, *other, *sdp);
  if (!audio) return refuse(from, 488, audio.error().message);
  if (*audio == other->media->local_audio()) {
    // Only the address or the keys are new, which is a matter of this leg.
    AudioDescription answered = from->media->local_audio();
    auto answer = std::make_shared<const sip::Sdp>(from->media->make_answer(answered));
    configure(side_of(from), *from);
    return respond(from, answer);
  }
  exchange_ = Exchange{Exchange::Kind::forward, from, other};
  make_offer_to(other, *audio, false);
}

void Call::on_refresh_due(const PartyPtr& party) {
  if (!exchange_ && !transfer_ && party->media->agreed()) inform(party, party->media->local_audio());
}

void Call::on_offer_withdrawn(const PartyPtr& from) {
  const bool under_way = exchange_ && exchange_->from == from && from->media->state() != PartyMedia::State::stable;
  if (under_way) {
    from->media->drop_offer();
    if (exchange_->kind == Exchange::Kind::forward) {
      exchange_->kind = Exchange::Kind::take_back;
    } else {
      exchange_.reset();
    }
  } else if (!exchange_ && !transfer_ && from->media->agreed()) {
    // Our answer crossed the CANCEL: we hold for agreed what the party does not.
    inform(from, from->media->local_audio());
  }
}

void Call::on_offer_answered(const PartyPtr& party, const SharedSdp& sdp) {
  if (!exchange_ || (exchange_->to != party && exchange_->from != party)) return;
  const Exchange exchange = *std::exchange(exchange_, std::nullopt);
  base::Result<AudioDescription> audio = base::fail("call.answer-without-sdp", "The answer holds no description.");
  if (sdp) audio = party->media->take_answer(*sdp);
  if (!audio) {
    base::log::warning("call.answer-refused", {{"call", id_}, {"code", audio.error().code}});
    party->media->drop_offer();
    if (exchange.kind == Exchange::Kind::forward) {
      exchange.from->media->drop_offer();
      if (exchange.from->established) refuse(exchange.from, 488, audio.error().message);
    }
    // The answer stands at the party, and it cannot be honoured: the call ends (RFC 3264 §8, no silent downgrade).
    if (at(Side::a) && at(Side::a)->inbound && !at(Side::a)->established) {
      return fail_setup({488, audio.error().message, {}});
    }
    return hang_up(audio.error().code);
  }
  configure(side_of(party), *party);
  switch (exchange.kind) {
    case Exchange::Kind::forward: {
      auto answer = std::make_shared<const sip::Sdp>(exchange.from->media->make_answer(*audio));
      configure(side_of(exchange.from), *exchange.from);
      if (state_ != CallState::answered && exchange.from->inbound && !exchange.from->established && party->confirmed) {
        state_ = CallState::answered;
        answered_at_ = loop_.clock().now();
        exchange.from->confirmed = true;
      }
      return respond(exchange.from, answer);
    }
    case Exchange::Kind::in_response: {
      const PartyPtr& other = exchange.to;
      if (other->media->local_audio() != *audio && other->confirmed && !other->gone) inform(other, *audio);
      return;
    }
    case Exchange::Kind::join:
    case Exchange::Kind::move:
      return inform(exchange.from, *audio);
    case Exchange::Kind::take_back:
      return inform(party, exchange.from->media->remote_audio());
    case Exchange::Kind::inform:
      return;
  }
}

void Call::on_offer_refused(const PartyPtr& party, int status) {
  if (!exchange_ || exchange_->to != party) return;
  party->media->drop_offer();
  if (party->retry_plain && policy::refuses_secure_offer(status)) {
    party->clear_reason = "The other end refused the encrypted offer (" + std::to_string(status) + ").";
    return make_offer_to(party, party->media->offered_audio(), exchange_->kind != Exchange::Kind::forward, true);
  }
  const Exchange exchange = *std::exchange(exchange_, std::nullopt);
  switch (exchange.kind) {
    case Exchange::Kind::forward:
      exchange.from->media->drop_offer();
      if (exchange.from->inbound && !exchange.from->established) return fail_setup({status, {}, {}});
      return refuse(exchange.from, status, {});
    case Exchange::Kind::join:
      return hang_up("transferred party refused");
    case Exchange::Kind::move:
      return hang_up("media lost");
    case Exchange::Kind::in_response:
    case Exchange::Kind::take_back:
    case Exchange::Kind::inform:
      return;
  }
}

}  // namespace cadenas::pbx
