#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "media/tdm/port.hpp"
#include "pbx/leg.hpp"
#include "pbx/media_description.hpp"

namespace cadenas::pbx {

class TdmPort;
class TdmPorts;

/// Whom a leg to the TDM side calls: a terminal's port, or any free channel of a bundle.
struct TdmTarget {
  std::optional<media::tdm::PortId> port;
  std::string prefix{};   ///< of a bundle
  std::string dialled{};  ///< asked of the far exchange of a bundle
};

/// A party on a port of the TDM bus. It has no dialog and no packets: the port is told and tells by hook, digits or
/// messages, and the leg puts that in the words of a call. It answers every offer at once: a time slot can do but one
/// thing (slot_description.hpp). It lives on the loop of its port.
class TdmLeg final : public Leg {
 public:
  /// Of a call that comes to the port; `start` seizes it.
  TdmLeg(TdmPorts& ports, TdmTarget target, std::string number);
  /// Of a call that the port begins.
  TdmLeg(TdmPorts& ports, TdmPort& port, std::string number);
  ~TdmLeg() override;

  std::shared_ptr<TdmLeg> shared() { return std::static_pointer_cast<TdmLeg>(shared_from_this()); }

  void start(Invitation invitation) override;
  SharedSdp offered() const override { return offered_; }
  void progress(int status, SharedSdp sdp, const Identity& connected) override;
  void accept(SharedSdp sdp, const Identity& connected) override;
  void reject(int status, const std::string& warning, std::optional<std::uint32_t> retry_after) override;
  void offer(SharedSdp sdp, bool insist) override;
  void answer(SharedSdp sdp) override;
  void refuse_offer(int status, const std::string& warning) override;
  void send_info(const std::string&, const std::string&) override {}
  void notify_refer(int status, bool last) override;
  void end(int status, const std::string& warning) override;

  // From its port.

  /// The called side is being alerted.
  void alerting();
  /// The called side has answered.
  void answered();
  /// The port cannot take the call: a SIP status.
  void fail(int status, const std::string& reason);
  /// The port hangs up, or is gone.
  void hung_up(const std::string& cause);
  /// The party puts the other on hold, or takes it back. Where that cannot be said now it is said a little later.
  void hold(bool on);
  /// The port has its voice for this call again.
  void take_back();
  /// The party hangs up and joins who is opposite here to who is opposite on `other`.
  void join(TdmLeg& other);
  /// The party, who is opposite here and who is opposite on `other` are to be one conference (leg_event::Confers).
  void confer(TdmLeg& other);
  void dialled(char digit);

  const TdmTarget& target() const { return target_; }

 private:
  SharedSdp say(const AudioDescription& audio);
  void leave();
  void say_hold();

  TdmPorts& ports_;
  const TdmTarget target_;
  TdmPort* port_ = nullptr;  // while it has one
  SharedSdp offered_;        // ours, of a call that the port begins
  SharedSdp invited_with_;   // the other's, of a call that comes to it
  std::uint64_t version_ = 0;
  bool on_hold_ = false;
  unsigned hold_tries_ = 0;
  bool over_ = false;
};

}  // namespace cadenas::pbx
