#include "pbx/tdm_set.hpp"

#include <algorithm>
#include <utility>

#include "pbx/calls.hpp"
#include "pbx/routing.hpp"
#include "pbx/tdm_leg.hpp"
#include "pbx/tdm_media.hpp"
#include "pbx/tdm_ports.hpp"

namespace cadenas::pbx {

namespace {

// A congestion tone that is heard for sure, whatever its cadence.
constexpr base::Millis refusal_heard{2'000};

bool is_busy(int status) {
  return status == 486 || status == 600 || status == 603;
}

}  // namespace

TdmSet::TdmSet(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared) : TdmPort(ports, std::move(declared)) {}

TdmSet::~TdmSet() {
  ports_.loop().cancel(digit_timer_);
}

void TdmSet::reset(bool off_hook) {
  ports_.loop().cancel(digit_timer_);
  digits_.clear();
  // Whoever is off hook before the port is served has to hang up first.
  state_ = off_hook ? State::howling : State::idle;
}

void TdmSet::on_port_event(const media::tdm::Event& event) {
  if (std::holds_alternative<media::tdm::OffHook>(event)) return off_hook();
  if (std::holds_alternative<media::tdm::OnHook>(event)) return on_hook();
  if (std::holds_alternative<media::tdm::HookFlash>(event)) return flash();
  if (const auto* dialled = std::get_if<media::tdm::Digit>(&event)) digit(dialled->digit);
}

void TdmSet::off_hook() {
  if (state_ == State::ringing) {
    state_ = State::talking;
    bus().tell(id_, media::tdm::StopRing{});
    return leg_->answered();
  }
  if (state_ == State::idle) invite_digits();
}

void TdmSet::invite_digits() {
  state_ = State::dialling;
  bus().play(id_, media::CallTone::dial);
  wait_for_digit(ports_.settings().first_digit);
}

void TdmSet::on_hook() {
  // One that still rings was not off hook: nothing has changed.
  if (state_ == State::ringing) return;
  bus().quiet(id_);
  if (is_between_two()) {
    // A transfer: its two parties go on without it.
    const auto held = std::exchange(held_, nullptr);
    const auto consulted = std::exchange(leg_, nullptr);
    held->join(*consulted);
  }
  reset(false);
  hang_up("bye");
}

void TdmSet::hang_up(const std::string& cause) {
  TdmPort::hang_up(cause);
  if (const auto held = std::exchange(held_, nullptr)) held->hung_up(cause);
}

bool TdmSet::is_between_two() const {
  return held_ && leg_ && (state_ == State::talking || state_ == State::choosing || state_ == State::refused);
}

void TdmSet::flash() {
  switch (state_) {
    case State::talking:
      if (is_between_two()) return choose();
      if (!leg_) return;
      held_ = std::exchange(leg_, nullptr);
      held_->hold(true);
      return invite_digits();
    case State::choosing:
      return change_places();
    case State::refused:
      return talk_on();
    case State::dialling:
    case State::calling:
    case State::howling:
      if (held_) take_back();
      return;
    case State::idle:
    case State::ringing:
    case State::conferring:
      return;
  }
}

void TdmSet::choose() {
  const base::Millis patience = ports_.settings().flash_digit;
  if (patience == base::Millis{0}) return change_places();
  state_ = State::choosing;
  bus().play(id_, media::CallTone::dial);
  digit_timer_ = ports_.loop().after(patience, [this] { change_places(); });
}

void TdmSet::choose(char digit) {
  // What is dialled after the register recall, as networks with analogue sets have it.
  if (digit == '1') return take_back();
  if (digit == '2') return change_places();
  talk_on();
  if (digit != '3') return;
  state_ = State::conferring;
  leg_->confer(*held_);
}

void TdmSet::change_places() {
  talk_on();
  std::swap(leg_, held_);
  held_->hold(true);
  leg_->take_back();
}

void TdmSet::talk_on() {
  ports_.loop().cancel(digit_timer_);
  bus().quiet(id_);
  state_ = State::talking;
}

void TdmSet::on_conference_refused() {
  if (state_ != State::conferring) return;
  state_ = State::refused;
  bus().play(id_, media::CallTone::congestion);
  digit_timer_ = ports_.loop().after(refusal_heard, [this] { talk_on(); });
}

void TdmSet::take_back() {
  ports_.loop().cancel(digit_timer_);
  digits_.clear();
  bus().quiet(id_);
  if (const auto given_up = std::exchange(leg_, nullptr))
    given_up->hung_up(state_ == State::choosing ? "bye" : "enquiry given up");
  leg_ = std::exchange(held_, nullptr);
  state_ = State::talking;
  leg_->take_back();
}

void TdmSet::digit(char digit) {
  if (state_ == State::choosing) return choose(digit);
  if (state_ == State::refused) return talk_on();
  // What an analogue set dials within a call is heard in its voice.
  if (leg_ && (state_ == State::talking || state_ == State::calling)) {
    if (declared_->kind != store::TdmPortKind::analogue) leg_->dialled(digit);
    return;
  }
  if (state_ != State::dialling) return;
  bus().quiet(id_);
  ports_.loop().cancel(digit_timer_);
  const auto model = ports_.calls().services().snapshot();
  const Dialled before = digits_.empty() ? Dialled::begun : judge_dialled(*model, digits_);
  switch (judge_dialled(*model, digits_ + digit)) {
    case Dialled::nothing:
      if (digit == '#' && before == Dialled::may_grow) return place();
      return howl(media::CallTone::congestion);
    case Dialled::number:
      digits_ += digit;
      return place();
    case Dialled::begun:
    case Dialled::may_grow:
      // No number of a far exchange ends so; here it says that the number is whole.
      if (digit == '#' && before == Dialled::may_grow) return place();
      digits_ += digit;
      if (digits_.size() > longest_number) return howl(media::CallTone::congestion);
      return wait_for_digit(ports_.settings().next_digit);
  }
}

void TdmSet::wait_for_digit(base::Millis patience) {
  // The port goes with its timers, and never before it.
  digit_timer_ = ports_.loop().after(patience, [this] { no_digit_in_time(); });
}

void TdmSet::no_digit_in_time() {
  const bool is_number =
      !digits_.empty() && judge_dialled(*ports_.calls().services().snapshot(), digits_) == Dialled::may_grow;
  if (is_number) return place();
  howl(media::CallTone::congestion);
}

void TdmSet::place() {
  state_ = State::calling;
  place_call(std::exchange(digits_, {}), {});
}

void TdmSet::howl(media::CallTone tone) {
  state_ = State::howling;
  bus().play(id_, tone);
}

void TdmSet::call(const std::shared_ptr<TdmLeg>& leg, const Invitation& invitation, const std::string&) {
  leg_ = leg;
  state_ = State::ringing;
  bus().tell(id_, media::tdm::Ring{caller_to_tell(invitation), media::tdm::ring_cadence(ports_.settings().bus.tones)});
  leg->alerting();
}

void TdmSet::on_progress(int status, bool is_heard) {
  if (state_ != State::calling) return;
  if (is_heard) return bus().quiet(id_);
  if (status == 180) bus().play(id_, media::CallTone::ringback);
}

void TdmSet::on_accepted() {
  if (state_ != State::calling) return;
  state_ = State::talking;
  bus().quiet(id_);
}

void TdmSet::release(const TdmLeg& leg, int status) {
  if (held_.get() == &leg) {
    held_ = nullptr;
    if (state_ == State::choosing || state_ == State::conferring || state_ == State::refused) talk_on();
    return;
  }
  if (leg_.get() != &leg) return;
  leg_ = nullptr;
  switch (state_) {
    case State::conferring:
      return take_back();
    case State::choosing:
    case State::refused:
      ports_.loop().cancel(digit_timer_);
      return howl(media::CallTone::busy);
    case State::ringing:
      state_ = State::idle;
      return bus().tell(id_, media::tdm::StopRing{});
    case State::calling:
      return howl(is_busy(status) ? media::CallTone::busy : media::CallTone::congestion);
    case State::talking:
      return howl(media::CallTone::busy);
    case State::idle:
    case State::dialling:
    case State::howling:
      return;
  }
}

void TdmSet::clear() {
  if (state_ == State::ringing) bus().tell(id_, media::tdm::StopRing{});
  bus().quiet(id_);
  reset(false);
}

}  // namespace cadenas::pbx
