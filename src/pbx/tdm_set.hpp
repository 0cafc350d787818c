#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/timers.hpp"
#include "pbx/tdm_port.hpp"

namespace cadenas::pbx {

/// A port with a hook: an analogue or digital set, or a handset.
///
///   state     | event                        | action                           | next
///   idle      | off hook                     | dial tone                        | dialling
///   idle      | a call comes                 | it rings, the caller is told     | ringing
///   dialling  | digit                        | tone off; is it a number?        | dialling, calling, howling
///   dialling  | no digit in time             | called if a number, else tone    | calling, howling
///   calling   | 180                          | ringback tone                    | calling
///   calling   | early media                  | tone off                         | calling
///   calling   | answered                     | tone off                         | talking
///   calling   | refused                      | busy or congestion tone          | howling
///   ringing   | off hook                     | ring stops, the call is answered | talking
///   ringing   | the caller gives up          | ring stops                       | idle
///   talking   | hook flash                   | the other is put on hold, dial tone | dialling, with one on hold
///   talking   | the other ends               | busy tone                        | howling
///   any       | on hook                      | tone off, its call ends          | idle
///
/// With one on hold:
///   dialling, calling, howling | hook flash  | tone off, the held one is taken back | talking
///   talking   | hook flash                   | dial tone; where nothing is dialled then: as digit 2 | choosing
///   choosing  | 1                            | the other ends, the held one is taken back | talking
///   choosing  | 2, hook flash, no digit in time | the two change places         | talking
///   choosing  | 3                            | a conference of the three is asked for (CONF-2) | conferring
///   choosing  | another digit                | tone off                         | talking
///   conferring | its call or the held one ends | goes on with the one that is left, which is the conference | talking
///   conferring | refused                     | congestion tone                  | refused
///   refused   | digit, hook flash, a while later | tone off                     | talking
///   talking, choosing, refused | on hook     | the two are joined               | idle
///   any other | on hook                      | both end                         | idle
///   any       | the held one ends            | a tone about the two goes off    | as without one
class TdmSet final : public TdmPort {
 public:
  TdmSet(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared);
  ~TdmSet() override;

  bool is_free() const override { return in_service() && state_ == State::idle; }
  void call(const std::shared_ptr<TdmLeg>& leg, const Invitation& invitation, const std::string& dialled) override;
  void on_progress(int status, bool is_heard) override;
  void on_accepted() override;
  void on_conference_refused() override;
  void release(const TdmLeg& leg, int status) override;

 private:
  enum class State : std::uint8_t { idle, dialling, calling, ringing, talking, choosing, conferring, refused, howling };

  void on_port_event(const media::tdm::Event& event) override;
  void reset(bool off_hook) override;
  void clear() override;
  void hang_up(const std::string& cause) override;
  bool is_between_two() const;
  void take_back();
  void off_hook();
  void invite_digits();
  void on_hook();
  void flash();
  void choose();
  void choose(char digit);
  void change_places();
  void talk_on();
  void digit(char digit);
  void no_digit_in_time();
  void place();
  void howl(media::CallTone tone);
  void wait_for_digit(base::Millis patience);

  State state_ = State::idle;
  std::shared_ptr<TdmLeg> held_;
  std::string digits_;
  base::Timers::Id digit_timer_ = 0;
};

}  // namespace cadenas::pbx
