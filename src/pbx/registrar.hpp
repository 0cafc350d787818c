#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "pbx/binding_table.hpp"
#include "pbx/registrar_settings.hpp"
#include "sip/flow.hpp"
#include "sip/message.hpp"
#include "store/model.hpp"

namespace cadenas::base {
class Loop;
}
namespace cadenas::sip {
class TransactionLayer;
}

namespace cadenas::pbx {

class Locations;
struct NodeCounters;

/// Why a REGISTER is refused, as its response says it.
struct RegisterRefusal {
  int status = 400;
  std::string reason;               ///< empty: the standard phrase
  std::uint32_t min_expires_s = 0;  ///< with 423
};

/// What a REGISTER asks for, or why it cannot be. Pure (RFC 3261 §10.3 steps 6 and 7, RFC 5626 §6):
/// 400 for a "*" that is not alone or without Expires 0, a contact that is no URI, too long, or sips over a transport
/// that is not TLS, and several contacts with reg-id; 423 below the shortest expiry; 439 where outbound is asked for
/// behind a proxy that does not support it. A malformed expiry counts as none (§10.2.1.1).
struct RegisterRequest {
  BindingUpdate update;
  bool outbound = false;  ///< RFC 5626 applies: the response requires it

  static std::variant<RegisterRequest, RegisterRefusal> read(const sip::MessageView& request, const sip::Flow& flow,
                                                             const RegistrarSettings& settings);
};

/// A Contact of the 200 (RFC 3261 §10.3 step 8), with what is left of its time, at least 1 s.
std::string contact_value(const Binding& binding, base::SteadyTime now);

/// Serves REGISTER on one loop (RFC 3261 §10.3), stateless (§8.2.7): a retransmission is answered as the original was.
/// Any host is taken for our domain: phones write an address, a name, or what NAT shows them. No Path (RFC 3327) and no
/// Service-Route (RFC 3608): phones speak to us without a proxy between.
class Registrar {
 public:
  /// All references must outlive this.
  Registrar(base::Loop& loop, sip::TransactionLayer& transactions, Locations& locations, NodeCounters& counters,
            RegistrarSettings settings);

  /// Carries out an authenticated REGISTER and answers it by `flow`.
  void on_register(const sip::Flow& flow, const sip::MessageView& request, const store::Subscription& subscription);

 private:
  void answer(const sip::Flow& flow, const sip::MessageView& request, bool outbound,
              const base::Result<std::vector<Binding>>& outcome);

  base::Loop& loop_;
  sip::TransactionLayer& transactions_;
  Locations& locations_;
  NodeCounters& counters_;
  RegistrarSettings settings_;
};

}  // namespace cadenas::pbx
