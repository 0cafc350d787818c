#pragma once

#include <memory>
#include <string>

#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"
#include "pbx/leg.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class TdmLeg;
class TdmMedia;
class TdmPorts;
struct TdmSettings;

/// A declared port of the TDM bus as its loop keeps it: whether it is in service, and the call on it. What hook, digits
/// and messages mean is a matter of its kind (TdmSet, TdmChannel). On its loop.
class TdmPort {
 public:
  virtual ~TdmPort();
  TdmPort(const TdmPort&) = delete;
  TdmPort& operator=(const TdmPort&) = delete;

  const media::tdm::PortId& id() const { return id_; }
  const std::shared_ptr<const store::TdmPort>& declared() const { return declared_; }
  bool in_service() const { return in_service_; }
  /// A call can come to it.
  virtual bool is_free() const = 0;

  // From the bus.

  void on_event(const media::tdm::Event& event);
  /// How it was found as it was declared.
  void begin(bool in_service, bool off_hook);
  /// It is no longer declared: its call ends.
  void leave();

  // From its leg.

  /// Brings it a call; it is free.
  virtual void call(const std::shared_ptr<TdmLeg>& leg, const Invitation& invitation, const std::string& dialled) = 0;
  /// Of the call that it began.
  virtual void on_progress(int status, bool is_heard) = 0;
  virtual void on_accepted() = 0;
  /// The conference that it asked for is not made: its calls are as they were.
  virtual void on_conference_refused() {}
  /// That call is over, or came to nothing, for that reason (a SIP status). The leg knows.
  virtual void release(const TdmLeg& leg, int status) = 0;

 protected:
  TdmPort(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared);

  virtual void on_port_event(const media::tdm::Event& event) = 0;
  /// Stops its timers and forgets what it did; nothing is told to the port or to its leg.
  virtual void reset(bool off_hook) = 0;
  /// As `reset`, and the card is told that nothing goes on any more.
  virtual void clear() = 0;
  /// Begins a call to that number; `calling` names who calls where it is no terminal of ours.
  void place_call(const std::string& number, const std::string& calling);
  /// The leg hears that its port hangs up, and others that it has.
  virtual void hang_up(const std::string& cause);
  TdmMedia& bus() const;

  static constexpr std::size_t longest_number = 32;
  /// A number as a card can tell it, which has digits only; empty if it is none.
  static std::string digits_to_tell(const std::string& number);
  /// Who calls, likewise; empty if he does not want to be known.
  static std::string caller_to_tell(const Invitation& invitation);

  TdmPorts& ports_;
  const media::tdm::PortId id_;
  const std::shared_ptr<const store::TdmPort> declared_;
  std::shared_ptr<TdmLeg> leg_;

 private:
  bool in_service_ = false;
};

}  // namespace cadenas::pbx
