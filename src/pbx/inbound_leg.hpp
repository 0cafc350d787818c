#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "pbx/sip_leg.hpp"
#include "sip/reliable_provisional.hpp"

namespace cadenas::pbx {

/// The caller's leg: we are the UAS of its INVITE (RFC 3261 §13.3, RFC 3262 §3).
class InboundLeg final : public SipLeg {
 public:
  /// Makes the dialog and enters the table. Errors: those of Dialog::uas, description_of, and "call.session-interval"
  /// (422 was answered already); the INVITE is otherwise the caller's to refuse.
  static base::Result<std::shared_ptr<InboundLeg>> make(Calls& calls, std::shared_ptr<sip::ServerTransaction> invite,
                                                        std::string number);
  InboundLeg(Calls& calls, std::shared_ptr<sip::ServerTransaction> invite, std::string number);

  SharedSdp offered() const override { return offered_; }
  const sip::MessageView& invite() const { return invite_->request(); }

  /// A provisional response; reliable where both sides can and it carries a description or the caller requires it.
  /// `connected` goes out as P-Asserted-Identity.
  void progress(int status, SharedSdp sdp, const Identity& connected) override;
  /// 200, once no reliable provisional response waits for its PRACK.
  void accept(SharedSdp sdp, const Identity& connected) override;
  /// A final refusal.
  void reject(int status, const std::string& warning, std::optional<std::uint32_t> retry_after) override;

  void end(int status, const std::string& warning) override;
  void on_cancel();

 protected:
  void on_prack(const std::shared_ptr<sip::ServerTransaction>& request) override;
  void answer_pending() override;

 private:
  void arm_repeat();
  void repeat();
  void launched();
  void send_accept();
  void add_identity(sip::MessageWriter& response, const Identity& connected) const;

  std::shared_ptr<sip::ServerTransaction> invite_;
  SharedSdp offered_;
  bool peer_reliable_ = false;
  bool peer_requires_reliable_ = false;
  std::optional<sip::ReliableSender> reliable_;
  bool answer_is_reliable_ = false;  // a reliable provisional response carried it
  base::Timers::Id repeat_timer_ = 0;
  base::SteadyTime prack_deadline_{};  // 64*T1 after the response in the air (RFC 3262 §3)
  struct Acceptance {
    SharedSdp sdp;
    Identity connected;
  };
  std::optional<Acceptance> acceptance_;
};

}  // namespace cadenas::pbx
