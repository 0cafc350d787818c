#include "pbx/tdm_leg.hpp"

#include <utility>

#include "pbx/calls.hpp"
#include "pbx/slot_description.hpp"
#include "pbx/tdm_port.hpp"
#include "pbx/tdm_ports.hpp"

namespace cadenas::pbx {

namespace {

constexpr unsigned most_hold_tries = 20;
constexpr base::Millis hold_again{250};

}  // namespace

TdmLeg::TdmLeg(TdmPorts& ports, TdmTarget target, std::string number)
    : Leg(ports.loop(), std::move(number)), ports_(ports), target_(std::move(target)) {}

TdmLeg::TdmLeg(TdmPorts& ports, TdmPort& port, std::string number)
    : Leg(ports.loop(), std::move(number)), ports_(ports), target_{port.id()}, port_(&port) {
  offered_ = say(slot_offer());
}

TdmLeg::~TdmLeg() = default;

SharedSdp TdmLeg::say(const AudioDescription& audio) {
  ++version_;
  return describe_slot(audio, 1, version_);
}

// The port lets go of the leg first, so that nothing it says on the way comes back here.
void TdmLeg::leave() {
  over_ = true;
  port_ = nullptr;
}

void TdmLeg::start(Invitation invitation) {
  invited_with_ = invitation.offer;
  TdmPort* port = ports_.pick(target_);
  if (!port) return fail(480, "Port Out Of Service");
  if (!port->is_free()) return fail(target_.port ? 486 : 503, target_.port ? "Busy Here" : "No Channel Free");
  port_ = port;
  emit(leg_event::Seized{port->id()});
  port->call(shared(), invitation, target_.dialled);
}

void TdmLeg::alerting() {
  if (!over_) emit(leg_event::Progress{180, nullptr, false});
}

void TdmLeg::answered() {
  if (over_) return;
  auto audio = invited_with_ ? audio_for_slot(*invited_with_).and_then(slot_answer)
                             : base::Result<AudioDescription>(slot_offer());
  if (!audio) {
    if (TdmPort* port = std::exchange(port_, nullptr)) port->release(*this, 488);
    return fail(488, audio.error().message);
  }
  emit(leg_event::Answered{say(*audio)});
}

void TdmLeg::fail(int status, const std::string& reason) {
  if (over_) return;
  leave();
  emit(leg_event::Failed{status, reason, {}});
}

void TdmLeg::hung_up(const std::string& cause) {
  if (over_) return;
  leave();
  emit(leg_event::Ended{cause});
}

void TdmLeg::hold(bool on) {
  on_hold_ = on;
  hold_tries_ = 0;
  say_hold();
}

void TdmLeg::say_hold() {
  if (over_) return;
  emit(leg_event::Offered{say(slot_offer(on_hold_ ? sip::Direction::sendonly : sip::Direction::sendrecv))});
}

void TdmLeg::take_back() {
  if (!over_ && port_) emit(leg_event::Seized{port_->id()});
  hold(false);
}

void TdmLeg::join(TdmLeg& other) {
  port_ = nullptr;
  other.port_ = nullptr;
  emit(leg_event::Joins{other.shared(), other.owner_, other.owner_loop_});
}

void TdmLeg::confer(TdmLeg& other) {
  if (!over_) emit(leg_event::Confers{other.shared(), other.owner_, other.owner_loop_});
}

// Of a conference, which is all that a port asks for in this way: that it is made, it learns by the leg that ends.
void TdmLeg::notify_refer(int status, bool) {
  if (port_ && status >= 300) port_->on_conference_refused();
}

void TdmLeg::dialled(char digit) {
  if (!over_) emit(leg_event::Digit{digit});
}

void TdmLeg::progress(int status, SharedSdp sdp, const Identity&) {
  if (port_) port_->on_progress(status, sdp != nullptr);
}

void TdmLeg::accept(SharedSdp, const Identity&) {
  if (port_) port_->on_accepted();
}

void TdmLeg::reject(int status, const std::string&, std::optional<std::uint32_t>) {
  TdmPort* port = port_;
  leave();
  if (port) port->release(*this, status);
}

void TdmLeg::offer(SharedSdp sdp, bool) {
  if (over_) return emit(leg_event::OfferRefused{481});
  const auto audio = audio_for_slot(*sdp).and_then(slot_answer);
  if (!audio) return emit(leg_event::OfferRefused{488});
  emit(leg_event::OfferAnswered{say(*audio)});
}

void TdmLeg::answer(SharedSdp) {}

void TdmLeg::refuse_offer(int status, const std::string&) {
  // Something else is being negotiated (RFC 3261 §14.1); what the other end cannot do is no reason to ask again.
  if (over_ || status != 491 || ++hold_tries_ > most_hold_tries) return;
  loop_.after(hold_again, [weak = std::weak_ptr(shared())] {
    if (const auto self = weak.lock()) self->say_hold();
  });
}

void TdmLeg::end(int status, const std::string&) {
  TdmPort* port = port_;
  leave();
  owner_.reset();
  if (port) port->release(*this, status);
}

}  // namespace cadenas::pbx
