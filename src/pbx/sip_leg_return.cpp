// A phone whose connection was lost in a call, and its return on another one (RFC 5626 §3: a flow is no dialog).

#include <utility>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/sip_leg.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::pbx {

namespace {

// Registrations tell nobody; a phone that is back waits this long at most until its dialog is, too.
constexpr base::Millis look_interval{250};

bool was_taken_away(sip::CloseReason reason) {
  return reason == sip::CloseReason::by_us || reason == sip::CloseReason::shutdown ||
         reason == sip::CloseReason::revoked;
}

/// A confirmed dialog on the connection its phone came back by.
class RejoinedLeg final : public SipLeg {
 public:
  RejoinedLeg(Calls& calls, sip::Flow flow, SipLeg& lost) : SipLeg(calls, std::move(flow), lost) {}
  void end(int, const std::string&) override {
    if (leave()) send_bye();
  }
};

}  // namespace

SipLeg::SipLeg(Calls& calls, sip::Flow flow, SipLeg& lost)
    : Leg(calls.loop(), lost.number_),
      calls_(calls),
      flow_(std::move(flow)),
      call_id_(lost.call_id_),
      local_tag_(lost.local_tag_),
      dialog_(std::move(lost.dialog_)),
      last_ack_(std::move(lost.last_ack_)),
      acked_cseq_(lost.acked_cseq_),
      last_local_(std::move(lost.last_local_)),
      last_local_is_answer_(lost.last_local_is_answer_),
      last_remote_origin_(std::move(lost.last_remote_origin_)),
      peer_updates_(lost.peer_updates_),
      peer_timer_(lost.peer_timer_),
      terms_(lost.terms_),
      refer_pending_(lost.refer_pending_) {
  owner_ = lost.owner_;
  owner_loop_ = lost.owner_loop_;
}

void SipLeg::on_flow_closed(sip::CloseReason reason) {
  const auto self = shared_from_this();
  if (left_) return;
  const base::Millis wait = calls_.services().settings.return_wait;
  const bool waits = confirmed() && !unacked_ && wait.count() != 0 && !is_trunk_ && !was_taken_away(reason);
  if (!waits) return finish("flow closed");
  loop_.cancel(session_timer_);
  loop_.cancel(glare_timer_);
  loop_.cancel(offer_timer_);
  // What was under way ended with the connection.
  const Exchange under_way = std::exchange(exchange_, Exchange::idle);
  offering_ = nullptr;
  asked_ = nullptr;
  lost_ = LostParty{flow_, dialog_->remote_target(), {}};
  return_deadline_ = loop_.clock().steady() + wait;
  base::log::warning("call.phone-lost", {{"number", number_}, {"peer", flow_.remote.to_string()}});
  const bool ours = std::exchange(refreshing_, nullptr) != nullptr;
  if (under_way == Exchange::asked) emit(leg_event::OfferWithdrawn{});
  if ((under_way == Exchange::offering && !ours) || under_way == Exchange::waiting) emit(leg_event::OfferRefused{480});
  calls_.services().find(number_, loop_, [weak = weak()](const std::vector<Binding>& bindings) {
    const auto alive = weak.lock();
    if (!alive || !alive->lost_) return;
    for (const Binding& binding : bindings) alive->lost_->known.insert(binding.flow.connection);
    alive->look_for_return();
  });
}

void SipLeg::look_for_return() {
  if (left_ || !lost_) return;
  if (loop_.clock().steady() >= return_deadline_) return finish("flow closed");
  return_timer_ = after(look_interval, &SipLeg::look_for_return);
  calls_.services().find(number_, loop_, [weak = weak()](const std::vector<Binding>& bindings) {
    const auto alive = weak.lock();
    if (!alive || alive->left_ || !alive->lost_) return;
    if (const auto back = returned_flow(bindings, *alive->lost_)) alive->follow(*back);
  });
}

void SipLeg::follow(const sip::Flow& flow) {
  const auto self = shared_from_this();
  base::log::info("call.phone-back", {{"number", number_}, {"peer", flow.remote.to_string()}});
  loop_.cancel(return_timer_);
  calls_.remove_leg(call_id_, local_tag_);
  left_ = true;
  successor_ = std::make_shared<RejoinedLeg>(*calls_.services().per_loop.at(flow.loop), flow, *this);
  // The owner hears of its new leg before anything the new leg has to say.
  emit(leg_event::Moved{successor_});
  successor_->run([](Leg& leg) { static_cast<SipLeg&>(leg).resume(); });
}

void SipLeg::resume() {
  enter_table();
  start_session_timer(terms_);
  // A phone that was started anew knows nothing of the dialog, and says so: 481.
  auto probe = dialog_->request(sip::Method::options);
  add_dialog_headers(probe, true);
  calls_.transactions().send_request(flow_, std::move(probe).finish(), weak());
}

}  // namespace cadenas::pbx
