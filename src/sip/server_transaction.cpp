#include "sip/server_transaction.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/loop.hpp"
#include "sip/transaction_layer.hpp"
#include "sip/via.hpp"

namespace cadenas::sip {

ServerTransaction::ServerTransaction(TransactionLayer& layer, std::string key, const Flow& flow,
                                     const MessageView& request)
    : layer_(&layer),
      loop_(layer.loop_),
      key_(std::move(key)),
      flow_(flow),
      request_(request),
      local_tag_(request.to_tag().empty() ? base::random_hex(8) : std::string(request.to_tag())),
      machine_(request.method() == Method::invite ? Machine::server_invite : Machine::server_other),
      state_(initial_state(machine_)) {}

MessageWriter ServerTransaction::make_response(int status, std::string_view reason) const {
  // 100 carries no tag that would make a dialog (§8.2.6.2).
  const std::string_view tag = status == 100 ? std::string_view{} : std::string_view(local_tag_);
  return MessageWriter::response(request(), status, tag, reason, noted_top_via(request(), flow_.remote));
}

void ServerTransaction::respond(int status, std::string_view reason) {
  respond(make_response(status, reason).finish(), status);
}

void ServerTransaction::respond(std::string message, int status) {
  if (layer_ == nullptr || (answered() && !(state_ == TransactionState::accepted && status / 100 == 2))) return;
  last_response_ = std::move(message);
  last_status_ = status;
  handle(event_of(status));
}

void ServerTransaction::handle(TransactionEvent event) {
  const auto self = shared_from_this();
  const Step next = step(machine_, state_, event);
  const bool changed = next.next != state_;
  state_ = next.next;
  if (changed) stop_timers();
  run(next);
  if (state_ == TransactionState::terminated && layer_ != nullptr) layer_->drop(*this);
}

void ServerTransaction::run(const Step& next) {
  const Action actions = next.actions;
  if (has(actions, Action::send) || has(actions, Action::resend)) resend();
  if (layer_ == nullptr) return;  // the flow was found closed by sending
  const Timings& timings = layer_->timings_;
  if (has(actions, Action::start_retransmit) && !is_reliable(flow_.transport)) start_retransmit(true);
  if (has(actions, Action::backoff)) start_retransmit(false);
  if (has(actions, Action::start_timeout)) {
    end_timer_ = loop_.after(timings.timeout(), [this] { handle(TransactionEvent::timeout); });
  }
  if (has(actions, Action::report_timeout)) layer_->counters_.timeouts.add();
  if (has(actions, Action::start_linger)) start_linger();
}

void ServerTransaction::resend() {
  if (last_response_.empty()) return;
  const auto sent = layer_->sender_.send(flow_, last_response_);
  if (!sent && sent.error().code == "flow.closed") handle(TransactionEvent::transport_error);
}

void ServerTransaction::start_retransmit(bool first) {
  const Timings& timings = layer_->timings_;
  interval_ms_ = first ? timings.t1.count() : std::min<std::int64_t>(2 * interval_ms_, timings.t2.count());
  retransmit_timer_ = loop_.after(base::Millis{interval_ms_}, [this] { handle(TransactionEvent::retransmit); });
}

void ServerTransaction::start_linger() {
  const Timings& timings = layer_->timings_;
  const bool reliable = is_reliable(flow_.transport);
  base::Millis wait = timings.j(reliable);
  if (state_ == TransactionState::confirmed) wait = timings.i(reliable);
  if (state_ == TransactionState::accepted) {
    wait = timings.timeout();
    awaits_ack_ = true;
    interval_ms_ = 0;
    repeat_success();
  }
  if (wait.count() == 0) {
    handle(TransactionEvent::linger);
  } else {
    end_timer_ = loop_.after(wait, [this] {
      const auto self = shared_from_this();
      if (awaits_ack_) {
        layer_->counters_.timeouts.add();
        layer_->user_.on_ack_missing(self);
      }
      handle(TransactionEvent::linger);
    });
  }
}

// The user agent core's part (§13.3.1.4), which RFC 6026 leaves outside the machine.
void ServerTransaction::repeat_success() {
  const Timings& timings = layer_->timings_;
  interval_ms_ = interval_ms_ == 0 ? timings.t1.count() : std::min<std::int64_t>(2 * interval_ms_, timings.t2.count());
  retransmit_timer_ = loop_.after(base::Millis{interval_ms_}, [this] {
    const auto self = shared_from_this();
    resend();
    if (layer_ != nullptr && awaits_ack_) repeat_success();
  });
}

void ServerTransaction::acknowledged() {
  if (!awaits_ack_) return;
  awaits_ack_ = false;
  loop_.cancel(retransmit_timer_);
}

void ServerTransaction::stop_timers() {
  loop_.cancel(retransmit_timer_);
  loop_.cancel(end_timer_);
}

void ServerTransaction::detach() {
  stop_timers();
  awaits_ack_ = false;
  state_ = TransactionState::terminated;
  layer_ = nullptr;
}

}  // namespace cadenas::sip
