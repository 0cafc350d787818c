#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/keyed_hash.hpp"
#include "sip/client_transaction.hpp"
#include "sip/flow_user.hpp"
#include "sip/message_writer.hpp"
#include "sip/request_check.hpp"
#include "sip/server_transaction.hpp"
#include "sip/timings.hpp"
#include "sip/transaction_user.hpp"
#include "sip/transport_counters.hpp"

namespace cadenas::sip {

/// Bounds on the transactions of one loop (configuration).
struct TransactionLimits {
  std::size_t server = 100'000;      ///< beyond it a new request is answered 503
  std::size_t client = 100'000;      ///< beyond it send_request fails
  std::uint32_t retry_after_s = 10;  ///< Retry-After of that 503
};

/// What one transaction layer has seen. Written on its loop, read from any thread.
struct TransactionCounters {
  Counter requests;         ///< given to the user, stateless ones included
  Counter refused;          ///< answered by the layer itself: 400, 405, 420, 481 …
  Counter overloaded;       ///< 503 at the limit
  Counter retransmissions;  ///< requests absorbed
  Counter stray_responses;  ///< without a transaction, or by another connection than the request went
  Counter timeouts;         ///< timers B, F and H, and 2xx never acknowledged
};

/// The transactions of one loop, between the transport and the user agents (RFC 3261 §17, RFC 6026). Needs no socket: a
/// test gives it a FlowSender of its own and a Loop that does not run. All members on the loop.
///
/// It answers by itself: malformed and inadmissible requests, CANCEL (200 or 481), retransmissions, overload.
class TransactionLayer final : public FlowUser {
 public:
  /// All references must outlive the layer, as must what `abilities` looks at.
  TransactionLayer(base::Loop& loop, FlowSender& sender, ServerUser& user, RequestAbilities abilities,
                   Timings timings = {}, TransactionLimits limits = {});
  ~TransactionLayer() override;
  TransactionLayer(const TransactionLayer&) = delete;
  TransactionLayer& operator=(const TransactionLayer&) = delete;

  /// Sends a request made with MessageWriter, without a Via: the layer puts its own on top, with a fresh branch
  /// (§8.1.1.7) and flow.local as sent-by. Any method but ACK and CANCEL. Never null; when it cannot be sent, on_failed
  /// follows after the call. A user that is gone by then is not called.
  std::shared_ptr<ClientTransaction> send_request(const Flow& flow, std::string request,
                                                  std::weak_ptr<ClientUser> user);
  /// CANCELs an INVITE once a provisional response is there (§9.1); nothing after a final one. The user still gets the
  /// final response: 487 as a rule, perhaps a 2xx, or a timeout after 64*T1.
  void cancel(const std::shared_ptr<ClientTransaction>& invite);
  /// Sends an ACK to a 2xx, made without a Via, outside any transaction (§13.2.2.4). Errors as FlowSender::send.
  base::Result<void> send_ack(const Flow& flow, std::string ack);
  /// Sends a response as it is. Errors as FlowSender::send.
  base::Result<void> send_stateless(const Flow& flow, std::string_view response) {
    return sender_.send(flow, response);
  }
  /// A response for a request without a transaction, with received/rport noted and `stateless_to_tag`.
  MessageWriter make_response(const Flow& flow, const MessageView& request, int status,
                              std::string_view reason = {}) const;
  /// A To tag that is the same for each retransmission of the request, and not to be guessed from outside (§8.2.7).
  std::string stateless_to_tag(const MessageView& request) const;

  void on_message(const Flow& flow, const MessageView& message) override;
  void on_bad_message(const Flow& flow, const base::Error& error, int status, const MessageView* partial) override;
  void on_flow_closed(const Flow& flow, CloseReason reason) override;

  std::size_t server_transactions() const { return server_.size(); }
  std::size_t client_transactions() const { return client_.size(); }
  const TransactionCounters& counters() const { return counters_; }
  const Timings& timings() const { return timings_; }
  base::Loop& loop() { return loop_; }

 private:
  friend class ClientTransaction;
  friend class ServerTransaction;

  void on_request(const Flow& flow, const MessageView& request);
  void on_ack(const Flow& flow, const MessageView& ack);
  void on_cancel(const Flow& flow, const MessageView& cancel);
  void on_response(const Flow& flow, const MessageView& response);
  void send_cancel(const ClientTransaction& invite, std::string cancel);
  void refuse(const Flow& flow, const MessageView& request, int status, std::string_view header_name = {},
              std::string_view header_value = {}, std::string_view reason = {});
  const std::string& key_of(const Flow& flow, const MessageView& request, std::string_view method,
                            std::string_view to_tag);
  std::shared_ptr<ServerTransaction> find_invite(const Flow& flow, const MessageView& request);
  void drop(ServerTransaction& transaction);
  void drop(ClientTransaction& transaction);

  base::Loop& loop_;
  FlowSender& sender_;
  ServerUser& user_;
  RequestAbilities abilities_;
  Timings timings_;
  TransactionLimits limits_;
  TransactionCounters counters_;
  std::string key_;  // of the request at hand; kept for its memory
  std::unordered_map<std::string, std::shared_ptr<ServerTransaction>, base::KeyedHash> server_;
  std::unordered_map<std::string, std::shared_ptr<ClientTransaction>, base::KeyedHash> client_;  // by branch
};

}  // namespace cadenas::sip
