#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/timers.hpp"
#include "sip/flow.hpp"
#include "sip/message.hpp"
#include "sip/message_writer.hpp"
#include "sip/transaction_machine.hpp"

namespace cadenas::base {
class Loop;
}

namespace cadenas::sip {

class TransactionLayer;

/// One received request and its responses (RFC 3261 §17.2, RFC 6026 §7.1). Used on its loop only. Whoever holds it
/// after the layer has dropped it may still read it; responding does nothing then.
class ServerTransaction : public std::enable_shared_from_this<ServerTransaction> {
 public:
  ServerTransaction(TransactionLayer& layer, std::string key, const Flow& flow, const MessageView& request);

  const MessageView& request() const { return request_.view(); }
  const Flow& flow() const { return flow_; }
  base::Loop& loop() const { return loop_; }
  bool is_invite() const { return machine_ == Machine::server_invite; }
  /// The To tag for this transaction's responses: the request's own if it has one, else random; also that of the 200 to
  /// a CANCEL (§9.2).
  const std::string& local_tag() const { return local_tag_; }
  /// A response with Via, From, To (with local_tag), Call-ID and CSeq; add what is needed and `finish` it.
  MessageWriter make_response(int status, std::string_view reason = {}) const;

  /// Sends a response, keeps the last one and repeats it as the RFC asks. A provisional after the final one, or a
  /// second final one, is ignored. A 2xx to INVITE is repeated (T1, doubled up to T2, over every transport, §13.3.1.4)
  /// until `acknowledged`; without that ServerUser::on_ack_missing follows after 64*T1.
  void respond(std::string message, int status);
  /// make_response(status, reason).finish(), sent. Not for 2xx to INVITE, which need a Contact.
  void respond(int status, std::string_view reason = {});
  /// The ACK to the 2xx has come.
  void acknowledged();

  bool answered() const { return last_status_ >= 200; }  ///< a final response was sent
  int last_status() const { return last_status_; }       ///< 0 before the first response
  bool cancelled() const { return cancelled_; }          ///< a CANCEL came
  TransactionState state() const { return state_; }

 private:
  friend class TransactionLayer;

  void handle(TransactionEvent event);
  void run(const Step& step);
  void resend();
  void start_retransmit(bool first);
  void start_linger();
  void repeat_success();
  void stop_timers();
  void detach();

  TransactionLayer* layer_;  // null once the layer has dropped it
  base::Loop& loop_;
  std::string key_;
  Flow flow_;
  Message request_;
  std::string local_tag_;
  std::string last_response_;
  Machine machine_;
  TransactionState state_;
  int last_status_ = 0;
  bool cancelled_ = false;
  bool awaits_ack_ = false;  // for a 2xx
  std::int64_t interval_ms_ = 0;
  base::Timers::Id retransmit_timer_ = 0;
  base::Timers::Id end_timer_ = 0;  // H, I, J or L
};

}  // namespace cadenas::sip
