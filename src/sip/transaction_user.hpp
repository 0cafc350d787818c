#pragma once

#include <cstdint>
#include <memory>

#include "sip/flow_user.hpp"

namespace cadenas::sip {

class ClientTransaction;
class ServerTransaction;

enum class TransactionFailure : std::uint8_t {
  timeout,    ///< no final response: timer B or F (treat as 408, RFC 3261 §8.1.3.1)
  transport,  ///< the flow closed or did not take the request (treat as 503)
  overload,   ///< more transactions than TransactionLimits::client
};

/// The UAS core above the transactions of one loop. Called on that loop.
class ServerUser {
 public:
  virtual ~ServerUser() = default;
  /// A new request that passed request_check; neither ACK nor CANCEL. To be answered, now or later, by `respond`. An
  /// INVITE that is not answered before this returns has had a 100 sent for it.
  virtual void on_request(const std::shared_ptr<ServerTransaction>& transaction) = 0;
  /// A CANCEL for an INVITE without final response; the 200 to the CANCEL is sent already. Once per INVITE. The user
  /// answers the INVITE, with 487 (RFC 3261 §9.2).
  virtual void on_cancel(const std::shared_ptr<ServerTransaction>& invite) = 0;
  /// ACK to a 2xx: find the dialog and call `acknowledged` on its INVITE.
  virtual void on_ack(const Flow& flow, const MessageView& ack) = 0;
  /// No ACK to the 2xx within 64*T1: end the dialog with BYE (RFC 3261 §13.3.1.4).
  virtual void on_ack_missing(const std::shared_ptr<ServerTransaction>& invite) = 0;
  /// REGISTER and OPTIONS outside a dialog, without a transaction (RFC 3261 §8.2.7): answer each, a retransmission as
  /// the original, by TransactionLayer::send_stateless and with `stateless_to_tag`.
  virtual void on_stateless(const Flow& flow, const MessageView& request) = 0;
  /// The connection is gone, and with it its transactions (client ones have reported `transport` before this).
  virtual void on_flow_closed(const Flow& flow, CloseReason reason) = 0;
};

/// Who sent a request and waits for its response. Called on the loop of the flow, never within send_request.
class ClientUser {
 public:
  virtual ~ClientUser() = default;
  /// Every 1xx (100 too), then the final response once; for INVITE also each further 2xx (forks and retransmissions: to
  /// be acknowledged by send_ack each time).
  virtual void on_response(const std::shared_ptr<ClientTransaction>& transaction, const MessageView& response) = 0;
  /// There will be no final response. Never after one.
  virtual void on_failed(const std::shared_ptr<ClientTransaction>& transaction, TransactionFailure failure) = 0;
};

}  // namespace cadenas::sip
