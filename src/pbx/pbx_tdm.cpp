// The TDM bus, where one is configured: how it is made, and what it tells.
#include <set>
#include <string>
#include <system_error>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

base::Result<void> Pbx::Parts::make_bus() {
  if (configuration_.tdm.bus.socket.empty()) return {};
  const auto deliver = [this](const media::tdm::PortId& port, const media::tdm::Event& event) {
    TdmPorts::deliver(services_, port, event);
  };
  try {
    bus_ = std::make_unique<media::tdm::Bus>(configuration_.tdm.bus, deliver, office_.clock());
  } catch (const std::system_error& refused) {
    return base::fail("tdm.socket", std::string("The TDM bus cannot start: ") + refused.what(), "tdm.socket");
  }
  tdm_ = std::make_unique<BoardTdm>(*bus_, board_, eip_);
  services_.tdm = tdm_.get();
  TdmPorts::follow_everywhere(services_, store_->snapshot());
  return {};
}

std::vector<std::string> Pbx::Parts::shelves_missing() const {
  std::set<std::string> missing;
  for (const auto& [name, port] : store_->snapshot()->tdm_ports) missing.insert(port->shelf);
  if (bus_) {
    for (const media::tdm::ShelfState& shelf : bus_->shelves()) {
      if (shelf.attached && !shelf.stalled) missing.erase(shelf.name);
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace cadenas::pbx
