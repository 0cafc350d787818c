#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/timers.hpp"
#include "sip/flow.hpp"
#include "sip/message.hpp"
#include "sip/transaction_machine.hpp"
#include "sip/transaction_user.hpp"

namespace cadenas::base {
class Loop;
}

namespace cadenas::sip {

class TransactionLayer;

/// One sent request and its responses (RFC 3261 §17.1, RFC 6026 §7.2). Used on its loop only.
class ClientTransaction : public std::enable_shared_from_this<ClientTransaction> {
 public:
  ClientTransaction(TransactionLayer& layer, std::string branch, const Flow& flow, std::string wire, Method method,
                    std::weak_ptr<ClientUser> user);

  const Flow& flow() const { return flow_; }
  base::Loop& loop() const { return loop_; }
  Method method() const { return method_; }
  bool is_invite() const { return machine_ == Machine::client_invite; }
  const std::string& branch() const { return branch_; }
  /// The request as it was sent, Via included; parsed when first asked for. Null if what was sent is no SIP request.
  const MessageView* request();
  /// A final response was received, or failure reported.
  bool finished() const { return finished_; }
  TransactionState state() const { return state_; }

 private:
  friend class TransactionLayer;

  void start();
  void handle(TransactionEvent event, const MessageView* response);
  void fail(TransactionFailure failure);
  void send_ack(const MessageView& response);
  void send_cancel_if_due();
  void start_linger();
  void stop_timers();
  void detach();

  TransactionLayer* layer_;  // null once the layer has dropped it
  base::Loop& loop_;
  std::string branch_;
  Flow flow_;
  std::string wire_;
  std::optional<Message> request_;
  std::string ack_;  // to 300-699, for its retransmissions
  std::weak_ptr<ClientUser> user_;
  Method method_;
  Machine machine_;
  TransactionState state_;
  bool finished_ = false;
  bool provisional_seen_ = false;
  bool cancel_wanted_ = false;
  bool cancel_sent_ = false;
  std::int64_t interval_ms_ = 0;
  base::Timers::Id retransmit_timer_ = 0;
  base::Timers::Id end_timer_ = 0;  // B, D, F, K or M
};

}  // namespace cadenas::sip
