#include "sip/client_transaction.hpp"

#include <algorithm>

#include "base/loop.hpp"
#include "sip/message_writer.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::sip {
namespace {

/// ACK to 300-699 and CANCEL (RFC 3261 §17.1.1.3, §9.1): Request-URI, top Via, Route, From, Call-ID and CSeq number of
/// the request; the rest is the caller's.
MessageWriter follow_up(const MessageView& request, std::string_view method, std::string_view to) {
  MessageWriter out = MessageWriter::request(method, request.request_uri());
  out.add("Via", request.value(HeaderId::via)).add("Max-Forwards", "70");
  for (const HeaderField& field : request.headers()) {
    if (field.id == HeaderId::route) out.add("Route", field.value);
  }
  out.add("From", request.value(HeaderId::from)).add("To", to).add("Call-ID", request.call_id());
  out.add("CSeq", std::to_string(request.cseq()) + " " + std::string(method));
  return out;
}

}  // namespace

ClientTransaction::ClientTransaction(TransactionLayer& layer, std::string branch, const Flow& flow, std::string wire,
                                     Method method, std::weak_ptr<ClientUser> user)
    : layer_(&layer),
      loop_(layer.loop_),
      branch_(std::move(branch)),
      flow_(flow),
      wire_(std::move(wire)),
      user_(std::move(user)),
      method_(method),
      machine_(method == Method::invite ? Machine::client_invite : Machine::client_other),
      state_(initial_state(machine_)) {}

const MessageView* ClientTransaction::request() {
  if (!request_) {
    auto parsed = Message::parse(wire_);
    if (!parsed) return nullptr;
    request_ = std::move(*parsed);
  }
  return &request_->view();
}

void ClientTransaction::start() {
  if (!layer_->sender_.send(flow_, wire_)) {
    // Reported after the call that sends, so that its caller already holds the transaction.
    end_timer_ = loop_.after(base::Millis{0}, [this] { handle(TransactionEvent::transport_error, nullptr); });
    return;
  }
  const Timings& timings = layer_->timings_;
  end_timer_ = loop_.after(timings.timeout(), [this] { handle(TransactionEvent::timeout, nullptr); });
  if (is_reliable(flow_.transport)) return;
  interval_ms_ = timings.t1.count();
  retransmit_timer_ = loop_.after(timings.t1, [this] { handle(TransactionEvent::retransmit, nullptr); });
}

void ClientTransaction::handle(TransactionEvent event, const MessageView* response) {
  const auto self = shared_from_this();
  const TransactionState before = state_;
  const Step next = step(machine_, state_, event);
  const Action actions = next.actions;
  state_ = next.next;
  const Timings& timings = layer_->timings_;
  if (state_ != before) {
    // Timer F goes on in proceeding, timer E too (figure 6); A and B end there (figure 5).
    if (state_ != TransactionState::proceeding || is_invite()) stop_timers();
    if (state_ == TransactionState::proceeding) provisional_seen_ = true;
  }

  if (has(actions, Action::resend)) {
    const auto sent = layer_->sender_.send(flow_, wire_);
    if (!sent && sent.error().code == "flow.closed") return handle(TransactionEvent::transport_error, nullptr);
  }
  if (has(actions, Action::backoff)) {
    const bool doubled = is_invite() || state_ == TransactionState::trying;
    interval_ms_ = doubled ? 2 * interval_ms_ : timings.t2.count();
    if (!is_invite()) interval_ms_ = std::min<std::int64_t>(interval_ms_, timings.t2.count());
    retransmit_timer_ =
        loop_.after(base::Millis{interval_ms_}, [this] { handle(TransactionEvent::retransmit, nullptr); });
  }
  if (has(actions, Action::ack)) send_ack(*response);
  if (has(actions, Action::start_linger)) start_linger();
  if (state_ == TransactionState::terminated) layer_->drop(*this);  // before the user hears of it
  if (has(actions, Action::pass_up)) {
    if (response->status() >= 200) {
      finished_ = true;
    } else {
      send_cancel_if_due();
    }
    if (const auto user = user_.lock()) user->on_response(self, *response);
  }
  if (has(actions, Action::report_timeout)) fail(TransactionFailure::timeout);
  if (has(actions, Action::report_error)) fail(TransactionFailure::transport);
}

void ClientTransaction::fail(TransactionFailure failure) {
  if (finished_) return;
  finished_ = true;
  if (const auto user = user_.lock()) user->on_failed(shared_from_this(), failure);
}

void ClientTransaction::start_linger() {
  const Timings& timings = layer_->timings_;
  const bool reliable = is_reliable(flow_.transport);
  base::Millis wait = is_invite() ? timings.d(reliable) : timings.k(reliable);
  if (state_ == TransactionState::accepted) wait = timings.timeout();
  if (wait.count() == 0) {
    state_ = step(machine_, state_, TransactionEvent::linger).next;
  } else {
    end_timer_ = loop_.after(wait, [this] { handle(TransactionEvent::linger, nullptr); });
  }
}

void ClientTransaction::send_ack(const MessageView& response) {
  if (ack_.empty()) {
    const MessageView* sent = request();
    if (sent == nullptr) return;
    ack_ = follow_up(*sent, "ACK", response.value(HeaderId::to)).finish();
  }
  // A lost ACK is repeated with the next retransmission of the response, so a failure here is no news.
  static_cast<void>(layer_->sender_.send(flow_, ack_));
}

void ClientTransaction::send_cancel_if_due() {
  if (!cancel_wanted_ || cancel_sent_ || !provisional_seen_ || finished_ || layer_ == nullptr) return;
  const MessageView* sent = request();
  if (sent == nullptr) return;
  cancel_sent_ = true;
  layer_->send_cancel(*this, follow_up(*sent, "CANCEL", sent->value(HeaderId::to)).finish());
  // §9.1: without a final response within 64*T1 the INVITE counts as cancelled.
  end_timer_ = loop_.after(layer_->timings_.timeout(), [this] { handle(TransactionEvent::timeout, nullptr); });
}

void ClientTransaction::stop_timers() {
  loop_.cancel(retransmit_timer_);
  loop_.cancel(end_timer_);
}

void ClientTransaction::detach() {
  stop_timers();
  state_ = TransactionState::terminated;
  layer_ = nullptr;
}

}  // namespace cadenas::sip
