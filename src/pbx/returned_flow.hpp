#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pbx/binding_table.hpp"
#include "sip/flow.hpp"

namespace cadenas::pbx {

/// A phone whose connection is gone while it is in a call.
struct LostParty {
  sip::Flow flow;                 ///< the connection that is gone
  std::string remote_target;      ///< the Contact of its dialog
  std::set<std::uint64_t> known;  ///< connections its number had when it was lost: those of other phones
};

/// The flow by which the same phone is back, among the bindings of its number; none while that is not sure, as a
/// request sent to another phone of the number would end the call. A new connection of the same transport is its own
/// where its contact is the dialog's; else the only one with that contact's user from the address it had; else the only
/// one with that user, as a phone that changed its network has another address. Pure.
std::optional<sip::Flow> returned_flow(const std::vector<Binding>& bindings, const LostParty& lost);

}  // namespace cadenas::pbx
