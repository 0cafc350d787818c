#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "media/tdm/call_control.hpp"
#include "media/tdm/port.hpp"
#include "pbx/tdm_leg.hpp"
#include "pbx/tdm_port.hpp"
#include "pbx/tdm_settings.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

class Calls;
struct CallServices;

/// The declared ports of the TDM bus whose home is one loop. The channels of a bundle have one home, so that it is
/// known there which of them are free. All on the loop, unless said otherwise.
class TdmPorts {
 public:
  explicit TdmPorts(Calls& calls) : calls_(calls) {}
  ~TdmPorts();
  TdmPorts(const TdmPorts&) = delete;
  TdmPorts& operator=(const TdmPorts&) = delete;

  /// Takes the ports of the model that are at home here; what is not declared any more, or is declared otherwise, goes
  /// with its call.
  void follow(const store::Snapshot& model);
  void on_event(const media::tdm::PortId& port, const media::tdm::Event& event);
  /// The port of a terminal; the first channel of a bundle that is free, else any; null for none in service.
  TdmPort* pick(const TdmTarget& target);
  std::size_t size() const { return ports_.size(); }

  Calls& calls() { return calls_; }
  base::Loop& loop();
  const TdmSettings& settings() const;

  // Any thread.

  /// Hands what the bus tells to the loop of the port; what is not declared is passed over.
  static void deliver(CallServices& services, const media::tdm::PortId& port, const media::tdm::Event& event);
  /// Has all loops follow the model.
  static void follow_everywhere(CallServices& services, const std::shared_ptr<const store::Snapshot>& model);
  /// A leg to a terminal, and one to a bundle; `number` is what was called.
  static std::shared_ptr<Leg> leg_to(CallServices& services, const store::TdmPort& terminal);
  static std::shared_ptr<Leg> leg_to(CallServices& services, std::string prefix, std::string dialled,
                                     std::string number);

 private:
  Calls& calls_;
  std::map<media::tdm::PortId, std::unique_ptr<TdmPort>> ports_;
};

}  // namespace cadenas::pbx
