#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "pbx/challenge_answer.hpp"
#include "pbx/sip_leg.hpp"
#include "pbx/trunk_match.hpp"
#include "sip/reliable_provisional.hpp"

namespace cadenas::pbx {

/// Where an INVITE goes: a registered contact or a trunk.
struct InviteTarget {
  sip::Flow flow;
  std::string contact_uri;  ///< Request-URI: the contact as it registered
  std::string to_number{};  ///< of To; empty: the number that is called
  std::string to_host{};    ///< of To, as in a URI; empty: our own
  std::string auth_user{};  ///< what a Digest challenge is answered with; empty: it is a refusal
  std::shared_ptr<const base::SecretBytes> auth_password{};
};

/// What is dialled at a trunk, at its own host: our numbers and addresses mean nothing to it.
InviteTarget target_at_trunk(const TrunkCall& to, const sip::Flow& flow);

/// A called party's leg: we are the UAC of the INVITE (RFC 3261 §13.2, RFC 3262 §4).
class OutboundLeg final : public SipLeg {
 public:
  OutboundLeg(Calls& calls, InviteTarget target, std::string number);

  /// Any thread.
  const InviteTarget& target() const { return target_; }
  /// Sends the INVITE and enters the table.
  void start(Invitation invitation) override;
  /// CANCEL before the answer, BYE after it; a 2xx that crosses the CANCEL is acknowledged and ended.
  void end(int status, const std::string& warning) override;

 protected:
  bool on_initial_response(const std::shared_ptr<sip::ClientTransaction>& transaction,
                           const sip::MessageView& response) override;
  bool on_initial_failed(const std::shared_ptr<sip::ClientTransaction>& transaction,
                         sip::TransactionFailure failure) override;
  /// Before the final response the table keeps the leg for it, as after `end`.
  void finish(const std::string& cause) override;

 private:
  void send_invite();
  void on_provisional(const sip::MessageView& response);
  void on_success(const sip::MessageView& response);
  bool answer_challenge(const sip::MessageView& response);
  bool adopt_dialog(const sip::MessageView& response);

  const InviteTarget target_;
  Invitation invitation_;
  std::shared_ptr<sip::ClientTransaction> invite_;
  std::uint32_t cseq_ = 0;
  std::uint32_t session_interval_ = 0;
  std::optional<ChallengeAnswer> proof_;  // of the last challenge
  sip::ReliableReceiver reliable_;
  bool answered_ = false;
  bool cancelled_ = false;
  std::string from_;
};

}  // namespace cadenas::pbx
