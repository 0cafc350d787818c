#include "pbx/tdm_ports.hpp"

#include <functional>
#include <utility>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/tdm_channel.hpp"
#include "pbx/tdm_media.hpp"
#include "pbx/tdm_set.hpp"

namespace cadenas::pbx {

namespace {

media::tdm::PortId id_of(const store::TdmPort& port) {
  return {port.shelf, {port.line, port.slot}};
}

Calls& home_of(CallServices& services, const std::string& key) {
  return *services.per_loop[std::hash<std::string>{}(key) % services.per_loop.size()];
}

Calls& home_of(CallServices& services, const store::TdmPort& port) {
  return home_of(services, port.prefix.empty() ? port.name() : port.prefix);
}

bool has_hook(store::TdmPortKind kind) {
  return kind == store::TdmPortKind::analogue || kind == store::TdmPortKind::digital ||
         kind == store::TdmPortKind::dect;
}

}  // namespace

TdmPorts::~TdmPorts() = default;

base::Loop& TdmPorts::loop() {
  return calls_.loop();
}

const TdmSettings& TdmPorts::settings() const {
  return calls_.services().tdm_settings;
}

void TdmPorts::follow(const store::Snapshot& model) {
  std::erase_if(ports_, [&model](const auto& entry) {
    TdmPort& port = *entry.second;
    const auto now = model.tdm_ports.find(port.declared()->name());
    if (now != model.tdm_ports.end() && *now->second == *port.declared()) return false;
    port.leave();
    return true;
  });
  CallServices& services = calls_.services();
  for (const auto& [name, declared] : model.tdm_ports) {
    const media::tdm::PortId id = id_of(*declared);
    if (&home_of(services, *declared) != &calls_ || ports_.contains(id)) continue;
    std::unique_ptr<TdmPort> port;
    if (has_hook(declared->kind)) {
      port = std::make_unique<TdmSet>(*this, declared);
    } else {
      port = std::make_unique<TdmChannel>(*this, declared);
    }
    const auto found = services.tdm->port(id);
    // A card that has something else there is not asked to ring a trunk.
    const bool is_such = found && media::tdm::name(found->port.kind) == store::to_string(declared->kind);
    if (found && !is_such) {
      base::log::warning("tdm.kind-differs", {{"port", name},
                                              {"declared", store::to_string(declared->kind)},
                                              {"card", media::tdm::name(found->port.kind)}});
    }
    port->begin(is_such && found->in_service, is_such && found->off_hook);
    ports_.emplace(id, std::move(port));
  }
}

void TdmPorts::on_event(const media::tdm::PortId& id, const media::tdm::Event& event) {
  const auto at = ports_.find(id);
  if (at == ports_.end()) return;
  if (std::holds_alternative<media::tdm::InService>(event)) {
    const auto found = calls_.services().tdm->port(id);
    if (found && media::tdm::name(found->port.kind) != store::to_string(at->second->declared()->kind)) {
      return base::log::warning("tdm.kind-differs", {{"port", id.text()},
                                                     {"declared", store::to_string(at->second->declared()->kind)},
                                                     {"card", media::tdm::name(found->port.kind)}});
    }
  }
  at->second->on_event(event);
}

TdmPort* TdmPorts::pick(const TdmTarget& target) {
  if (target.port) {
    const auto at = ports_.find(*target.port);
    return at == ports_.end() || !at->second->in_service() ? nullptr : at->second.get();
  }
  TdmPort* taken = nullptr;
  for (const auto& [id, port] : ports_) {
    if (port->declared()->prefix != target.prefix || !port->in_service()) continue;
    if (port->is_free()) return port.get();
    taken = port.get();
  }
  return taken;
}

void TdmPorts::deliver(CallServices& services, const media::tdm::PortId& port, const media::tdm::Event& event) {
  const auto model = services.snapshot();
  const auto declared = model->tdm_ports.find(port.text());
  if (declared == model->tdm_ports.end()) return;
  Calls& home = home_of(services, *declared->second);
  home.loop().post([&home, port, event] { home.tdm().on_event(port, event); });
}

void TdmPorts::follow_everywhere(CallServices& services, const std::shared_ptr<const store::Snapshot>& model) {
  for (Calls* calls : services.per_loop) {
    calls->loop().post([calls, model] { calls->tdm().follow(*model); });
  }
}

std::shared_ptr<Leg> TdmPorts::leg_to(CallServices& services, const store::TdmPort& terminal) {
  return std::make_shared<TdmLeg>(home_of(services, terminal).tdm(), TdmTarget{id_of(terminal)}, terminal.number);
}

std::shared_ptr<Leg> TdmPorts::leg_to(CallServices& services, std::string prefix, std::string dialled,
                                      std::string number) {
  TdmPorts& ports = home_of(services, prefix).tdm();
  return std::make_shared<TdmLeg>(ports, TdmTarget{std::nullopt, std::move(prefix), std::move(dialled)},
                                  std::move(number));
}

}  // namespace cadenas::pbx
