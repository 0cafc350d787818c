#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/timers.hpp"
#include "pbx/tdm_port.hpp"

namespace cadenas::pbx {

/// A port without a hook: a channel of an S0 bus of terminals, or of a T0 or T2 trunk. Its calls are told by messages.
///
///   state     | event                       | action                            | next
///   idle      | Setup, Digit                | is it a number?                   | collecting, calling, idle
///   idle      | a call comes                | Setup                             | asking
///   collecting| no digit in time            | called if a number, else Release  | calling, idle
///   calling   | 180                         | Alerting                          | calling
///   calling   | answered                    | Answer                            | talking
///   calling   | refused                     | Release with the cause            | idle
///   asking    | Alerting                    | the caller is told                | asking
///   asking    | Answer                      | the call is answered              | talking
///   asking    | Release                     | the caller is told the reason     | idle
///   asking    | the caller gives up         | Release                           | idle
///   talking   | the other ends              | Release                           | idle
///   calling, talking | Release              | its call ends                     | idle
class TdmChannel final : public TdmPort {
 public:
  TdmChannel(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared);
  ~TdmChannel() override;

  bool is_free() const override { return in_service() && state_ == State::idle; }
  void call(const std::shared_ptr<TdmLeg>& leg, const Invitation& invitation, const std::string& dialled) override;
  void on_progress(int status, bool is_heard) override;
  void on_accepted() override;
  void release(const TdmLeg& leg, int status) override;

 private:
  enum class State : std::uint8_t { idle, collecting, calling, asking, talking };

  void on_port_event(const media::tdm::Event& event) override;
  void reset(bool off_hook) override;
  void clear() override;
  void on_setup(const media::tdm::Setup& setup);
  void on_digit(char digit);
  void on_release(std::uint8_t cause);
  void look_at_number();
  void place();
  void refuse(std::uint8_t cause);

  State state_ = State::idle;
  std::string called_;
  std::string calling_;
  base::Timers::Id digit_timer_ = 0;
};

}  // namespace cadenas::pbx
