// The media board in and out of service, and the address it has (OPS-2).
#include <utility>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

namespace {

constexpr base::Millis probe_patience{300};

bool is_wildcard(const base::Endpoint& address) {
  return address.address() == "0.0.0.0" || address.address() == "::";
}

}  // namespace

// On the office thread, which may block.
void Pbx::Parts::look_at_eip() {
  std::vector<base::AddressCheck> found;
  for (const base::Endpoint& address : {configuration_.media.bind_ip4, configuration_.media.bind_ip6}) {
    // Bound to every address it has none of its own to lose.
    if (!address.is_set() || is_wildcard(address)) continue;
    found.push_back(base::check_address(address, probe_patience));
  }
  {
    const std::lock_guard lock(noting_);
    if (found == eip_addresses_) return;
    eip_addresses_ = found;
  }
  for (const base::AddressCheck& check : found) {
    if (check.state == base::AddressState::good) continue;
    base::log::warning(
        "eip.address",
        {{"address", check.address.address()}, {"state", base::to_string(check.state)}, {"message", check.reason}});
  }
  look_at_alarms();
}

EipView Pbx::Parts::eip() const {
  EipView out;
  out.in_service = eip_.in_service();
  out.sessions = board_.sessions();
  out.free_ports_ip4 = board_.free_ports(media::AddressFamily::ip4);
  out.free_ports_ip6 = board_.free_ports(media::AddressFamily::ip6);
  const std::lock_guard lock(noting_);
  out.addresses = eip_addresses_;
  return out;
}

void Pbx::Parts::set_eip(bool in_service, bool end_calls, const Done<void>& done) {
  office_.post([this, in_service, end_calls, done] {
    store::SystemSettings settings = store_->snapshot()->settings;
    settings.eip_in_service = in_service;
    store_->change_settings(settings, [this, in_service, end_calls, done](const base::Result<void>& stored) {
      if (stored) {
        base::log::warning(in_service ? "eip.in-service" : "eip.out-of-service",
                           {{"calls", end_calls ? "end" : "go on"}});
        if (!in_service && end_calls) end_calls_on_board();
      }
      done(stored);
    });
  });
}

// What a pool of relays carries needs no board.
void Pbx::Parts::end_calls_on_board() {
  Calls::gather(services_, [this](const std::vector<CallView>& calls) {
    for (const CallView& call : calls) {
      if (call.relay.empty()) Calls::hang_up(services_, call.id);
    }
  });
}

}  // namespace cadenas::pbx
