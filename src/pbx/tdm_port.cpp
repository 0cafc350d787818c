#include "pbx/tdm_port.hpp"

#include <utility>

#include "base/log.hpp"
#include "pbx/call.hpp"
#include "pbx/calls.hpp"
#include "pbx/tdm_leg.hpp"
#include "pbx/tdm_media.hpp"
#include "pbx/tdm_ports.hpp"

namespace cadenas::pbx {

TdmPort::TdmPort(TdmPorts& ports, std::shared_ptr<const store::TdmPort> declared)
    : ports_(ports), id_{declared->shelf, {declared->line, declared->slot}}, declared_(std::move(declared)) {}

TdmPort::~TdmPort() = default;

TdmMedia& TdmPort::bus() const {
  return *ports_.calls().services().tdm;
}

std::string TdmPort::digits_to_tell(const std::string& number) {
  const bool can_be_told =
      number.size() <= longest_number && number.find_first_not_of("0123456789*#+") == std::string::npos;
  return can_be_told ? number : std::string{};
}

std::string TdmPort::caller_to_tell(const Invitation& invitation) {
  return invitation.anonymous ? std::string{} : digits_to_tell(invitation.from.number);
}

void TdmPort::begin(bool in_service, bool off_hook) {
  in_service_ = in_service;
  reset(off_hook);
}

void TdmPort::on_event(const media::tdm::Event& event) {
  if (std::holds_alternative<media::tdm::InService>(event)) {
    if (std::exchange(in_service_, true)) return;
    return reset(false);
  }
  if (const auto* out = std::get_if<media::tdm::OutOfService>(&event)) {
    if (!std::exchange(in_service_, false)) return;
    base::log::warning("tdm.port-out-of-service", {{"port", id_.text()}, {"reason", out->reason}});
    hang_up(out->reason);
    bus().quiet(id_);
    return reset(false);
  }
  if (in_service_) on_port_event(event);
}

void TdmPort::leave() {
  hang_up("port removed");
  clear();
}

void TdmPort::hang_up(const std::string& cause) {
  if (const auto leg = std::exchange(leg_, nullptr)) leg->hung_up(cause);
}

void TdmPort::place_call(const std::string& number, const std::string& calling) {
  Correspondent caller(declared_, declared_->is_trunk() ? calling : declared_->number, declared_->display_name);
  leg_ = std::make_shared<TdmLeg>(ports_, *this, caller.number);
  Call::begin(ports_.calls(), leg_, id_, std::move(caller), number);
}

}  // namespace cadenas::pbx
