#include "pbx/tdm_channel.hpp"

#include <utility>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/q850.hpp"
#include "pbx/routing.hpp"
#include "pbx/tdm_leg.hpp"
#include "pbx/tdm_media.hpp"
#include "pbx/tdm_ports.hpp"

namespace cadenas::pbx {

namespace {

constexpr std::uint8_t normal_clearing = 16;
constexpr std::uint8_t unallocated_number = 1;
constexpr std::uint8_t call_rejected = 21;

}  // namespace

TdmChannel::TdmChannel(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared)
    : TdmPort(ports, std::move(declared)) {}

TdmChannel::~TdmChannel() {
  ports_.loop().cancel(digit_timer_);
}

void TdmChannel::reset(bool) {
  ports_.loop().cancel(digit_timer_);
  state_ = State::idle;
  called_.clear();
  calling_.clear();
}

void TdmChannel::on_port_event(const media::tdm::Event& event) {
  if (const auto* setup = std::get_if<media::tdm::Setup>(&event)) return on_setup(*setup);
  if (const auto* dialled = std::get_if<media::tdm::Digit>(&event)) return on_digit(dialled->digit);
  if (const auto* release = std::get_if<media::tdm::Release>(&event)) return on_release(release->cause);
  if (!leg_ || state_ != State::asking) return;
  if (std::holds_alternative<media::tdm::Alerting>(event)) return leg_->alerting();
  if (!std::holds_alternative<media::tdm::Answer>(event)) return;
  state_ = State::talking;
  leg_->answered();
}

void TdmChannel::on_setup(const media::tdm::Setup& setup) {
  if (state_ != State::idle) {
    // Both sides took the channel: ours stands, the far exchange gives its own call up.
    return base::log::warning("tdm.setup-on-taken-channel", {{"port", id_.text()}});
  }
  state_ = State::collecting;
  called_ = setup.called;
  calling_ = setup.calling.empty() ? std::string(anonymous_number) : setup.calling;
  look_at_number();
}

void TdmChannel::on_digit(char digit) {
  if (state_ == State::talking && leg_) return leg_->dialled(digit);
  if (state_ != State::collecting) return;
  called_ += digit;
  if (called_.size() > longest_number) return refuse(unallocated_number);
  look_at_number();
}

void TdmChannel::look_at_number() {
  ports_.loop().cancel(digit_timer_);
  const auto model = ports_.calls().services().snapshot();
  switch (called_.empty() ? Dialled::begun : judge_dialled(*model, called_)) {
    case Dialled::nothing:
      return refuse(unallocated_number);
    case Dialled::number:
      return place();
    case Dialled::begun:
    case Dialled::may_grow:
      digit_timer_ = ports_.loop().after(ports_.settings().next_digit, [this] {
        const auto now = ports_.calls().services().snapshot();
        if (judge_dialled(*now, called_) == Dialled::may_grow) return place();
        refuse(unallocated_number);
      });
  }
}

void TdmChannel::place() {
  const auto to = route(*ports_.calls().services().snapshot(), called_);
  if (declared_->is_trunk() && to && leads_out(*to)) {
    // Who speaks behind a trunk is not known, and calls nobody at our expense.
    base::log::warning("tdm.relay-refused", {{"port", id_.text()}, {"number", called_}});
    return refuse(call_rejected);
  }
  state_ = State::calling;
  place_call(called_, calling_);
}

void TdmChannel::refuse(std::uint8_t cause) {
  reset(false);
  bus().tell(id_, media::tdm::Release{cause});
}

void TdmChannel::on_release(std::uint8_t cause) {
  const bool asked = state_ == State::asking;
  reset(false);
  if (!asked) return hang_up("bye");
  if (const auto leg = std::exchange(leg_, nullptr)) {
    leg->fail(status_of_cause(cause), "Released With Cause " + std::to_string(cause));
  }
}

void TdmChannel::call(const std::shared_ptr<TdmLeg>& leg, const Invitation& invitation, const std::string& dialled) {
  leg_ = leg;
  state_ = State::asking;
  const std::string& called = declared_->is_trunk() ? dialled : declared_->number;
  bus().tell(id_, media::tdm::Setup{digits_to_tell(called), caller_to_tell(invitation)});
}

void TdmChannel::on_progress(int status, bool) {
  if (state_ == State::calling && status == 180) bus().tell(id_, media::tdm::Alerting{});
}

void TdmChannel::on_accepted() {
  if (state_ != State::calling) return;
  state_ = State::talking;
  bus().tell(id_, media::tdm::Answer{});
}

void TdmChannel::clear() {
  const bool has_call = state_ != State::idle;
  reset(false);
  if (has_call) bus().tell(id_, media::tdm::Release{normal_clearing});
}

void TdmChannel::release(const TdmLeg&, int status) {
  leg_ = nullptr;
  const State was = state_;
  if (was == State::idle || was == State::collecting) return;
  reset(false);
  bus().tell(id_, media::tdm::Release{was == State::calling ? cause_of_status(status) : normal_clearing});
}

}  // namespace cadenas::pbx
