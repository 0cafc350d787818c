#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/timers.hpp"
#include "pbx/leg.hpp"
#include "pbx/returned_flow.hpp"
#include "pbx/session_timer.hpp"
#include "sip/client_transaction.hpp"
#include "sip/dialog.hpp"
#include "sip/flow.hpp"
#include "sip/flow_user.hpp"
#include "sip/server_transaction.hpp"
#include "sip/transaction_user.hpp"

namespace cadenas::pbx {

class Calls;

/// A party reached by SIP: its dialog (RFC 3261 §12), transactions, session timer. It lives on the loop of its flow and
/// keeps the rules of SIP.
///
/// Offers within the dialog (re-INVITE, UPDATE, PRACK):
///   state            | event                      | action                          | next
///   idle             | offer comes                | tell the owner                  | asked
///   idle             | INVITE without description | tell the owner                  | asked (for ours)
///   idle             | owner offers               | re-INVITE, or UPDATE when early | offering
///   asked            | owner answers              | 200                             | idle
///   asked (for ours) | owner answers              | 200                             | offered_in_2xx
///   asked            | owner refuses              | 4xx                             | idle
///   asked            | CANCEL                     | 487, tell the owner             | idle
///   asked            | offer comes                | 500 with Retry-After            | asked
///   asked            | owner offers               | tell it 491                     | asked
///   offering         | 2xx                        | ACK, tell the owner             | idle
///   offering         | 491, and to be tried again | wait (RFC 3261 §14.1)           | waiting, then offering
///   offering         | other final                | tell the owner; 408, 481: end   | idle
///   offering         | offer comes                | 491                             | offering
///   offered_in_2xx   | ACK                        | tell the owner the answer       | idle
///
/// Every request goes by the flow of the leg, wherever the dialog's remote target points: a browser's names no host.
///
/// A confirmed dialog outlives its connection for CallSettings::return_wait: voice goes on, and when the phone has
/// registered again a new leg on the new connection goes on with the dialog (sip_leg_return.cpp).
class SipLeg : public Leg, public sip::ClientUser {
 public:
  ~SipLeg() override;

  void run(std::function<void(Leg&)> task) override;
  const sip::Flow* flow() const override { return &flow_; }
  /// Call-ID and our tag: the dialog's name among the legs.
  const std::string& call_id() const { return call_id_; }
  const std::string& local_tag() const { return local_tag_; }

  // All below on the leg's loop.

  /// Before anything is heard on it: nobody registers behind a trunk, so that its leg ends with its connection; and the
  /// number it names is only what it says.
  void set_trunk() { is_trunk_ = true; }
  void offer(SharedSdp sdp, bool insist) override;
  void answer(SharedSdp sdp) override;
  void refuse_offer(int status, const std::string& warning) override;
  void send_info(const std::string& content_type, const std::string& body) override;
  /// A NOTIFY with a sipfrag (RFC 3515 §2.4.4); `last` ends the subscription.
  void notify_refer(int status, bool last) override;
  /// BYE, CANCEL, or a final response.
  void end(int status, const std::string& warning) override = 0;

  // From Calls.
  virtual void on_request(const std::shared_ptr<sip::ServerTransaction>& request);
  void on_ack(const sip::MessageView& ack);
  void on_ack_missing(const std::shared_ptr<sip::ServerTransaction>& invite);
  void on_offer_cancelled(const std::shared_ptr<sip::ServerTransaction>& invite);
  void on_flow_closed(sip::CloseReason reason);

  void on_response(const std::shared_ptr<sip::ClientTransaction>& transaction,
                   const sip::MessageView& response) override;
  void on_failed(const std::shared_ptr<sip::ClientTransaction>& transaction, sip::TransactionFailure failure) override;

  bool confirmed() const { return dialog_ && dialog_->state() == sip::Dialog::State::confirmed; }
  const std::optional<sip::Dialog>& dialog() const { return dialog_; }

 protected:
  SipLeg(Calls& calls, sip::Flow flow, std::string number);
  /// Goes on with the dialog of `lost`, on the loop of `flow`; made on the loop of `lost`.
  SipLeg(Calls& calls, sip::Flow flow, SipLeg& lost);

  enum class Exchange : std::uint8_t { idle, asked, offering, waiting, offered_in_2xx };

  std::shared_ptr<SipLeg> shared() { return std::static_pointer_cast<SipLeg>(shared_from_this()); }
  std::weak_ptr<SipLeg> weak() { return shared(); }
  void enter_table();
  /// Leaves the table, stops the timers and answers what the party still waits for. True the first time.
  bool leave();
  /// The party has nothing more to say: leave, and tell the owner Ended.
  virtual void finish(const std::string& cause);
  /// The requests of the party that no final response was given to get 487 (RFC 3261 §15.1.2).
  virtual void answer_pending();
  void send_bye();
  void start_session_timer(const std::optional<SessionTerms>& terms);
  std::string contact() const;
  /// Contact, Allow, Supported, Server and the session timer's headers.
  void add_dialog_headers(sip::MessageWriter& writer, bool request) const;
  void note_peer(const sip::MessageView& message);
  void take_offer_request(const std::shared_ptr<sip::ServerTransaction>& request);
  base::Timers::Id after(base::Millis delay, void (SipLeg::*member)());
  void respond_ok_with(const std::shared_ptr<sip::ServerTransaction>& request, const SharedSdp& sdp);
  /// ACK to a 2xx, the same again for one that is repeated.
  void acknowledge_success(const sip::MessageView& response);
  bool refuse_small_interval(const std::shared_ptr<sip::ServerTransaction>& request);
  virtual void on_prack(const std::shared_ptr<sip::ServerTransaction>& request);
  /// A final response or failure of the INVITE that makes the dialog; false if it is not that one.
  virtual bool on_initial_response(const std::shared_ptr<sip::ClientTransaction>&, const sip::MessageView&) {
    return false;
  }
  virtual bool on_initial_failed(const std::shared_ptr<sip::ClientTransaction>&, sip::TransactionFailure) {
    return false;
  }

  Calls& calls_;
  const sip::Flow flow_;
  std::string call_id_;
  std::string local_tag_;
  std::optional<sip::Dialog> dialog_;
  bool left_ = false;
  bool is_trunk_ = false;

  Exchange exchange_ = Exchange::idle;
  std::shared_ptr<sip::ServerTransaction> asked_;    // carries the offer under way
  std::shared_ptr<sip::ServerTransaction> unacked_;  // our 2xx to its INVITE waits for the ACK
  std::shared_ptr<sip::ClientTransaction> offering_;
  std::string last_ack_;  // to the 2xx of our last INVITE, for its repetitions
  std::uint32_t acked_cseq_ = 0;
  SharedSdp offered_sdp_;
  bool insist_ = false;
  unsigned glares_ = 0;
  bool asked_for_ours_ = false;
  bool bye_after_ack_ = false;
  SharedSdp last_local_;  // what we last said, for refreshes
  bool last_local_is_answer_ = false;
  std::string last_remote_origin_;
  bool peer_updates_ = false;  // its Allow lists UPDATE
  bool peer_timer_ = false;    // its Supported lists timer

 private:
  void on_refer(const std::shared_ptr<sip::ServerTransaction>& request);
  void on_offer_final(const sip::MessageView& response);
  void send_offer();
  void refresh_session();
  void session_expired();
  void retry_offer();
  void cancel_offer();

  std::optional<SessionTerms> terms_;
  base::Timers::Id session_timer_ = 0;
  base::Timers::Id glare_timer_ = 0;
  base::Timers::Id offer_timer_ = 0;
  std::shared_ptr<sip::ClientTransaction> refreshing_;
  bool refer_pending_ = false;

  // Between two connections (sip_leg_return.cpp).
  void look_for_return();
  void follow(const sip::Flow& flow);
  void resume();
  std::optional<LostParty> lost_;  // the connection is gone, the phone may come back
  base::SteadyTime return_deadline_{};
  base::Timers::Id return_timer_ = 0;
  std::shared_ptr<SipLeg> successor_;
};

/// The description a message carries: null if it has none. Error "call.content-type" for a body that is no SDP, and
/// those of Sdp::parse.
base::Result<SharedSdp> description_of(const sip::MessageView& message);

/// The value of P-Asserted-Identity, and From without its tag: `"Display" <sip:number@host>`.
std::string identity_of(const Identity& who, const std::string& host);

/// `sip:user@address:port;transport=…` for a flow's local end; sips: where asked for.
std::string local_uri(const sip::Flow& flow, std::string_view user, bool secure);
/// The address as a URI's host: IPv6 in brackets.
std::string uri_host(const base::Endpoint& endpoint);

}  // namespace cadenas::pbx
