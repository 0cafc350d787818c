#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "pbx/leg.hpp"
#include "sip/message.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// Who is at one end of a call: a subscription of ours, a port of the TDM bus, or somebody reached by a trunk, of whom
/// we know what the trunk says. A value; exactly one of the three pointers is set.
struct Correspondent {
  std::string number;
  std::string display_name;
  std::shared_ptr<const store::Subscription> subscription;
  std::shared_ptr<const store::Trunk> trunk;
  /// A terminal of ours, or a channel by which somebody is reached.
  std::shared_ptr<const store::TdmPort> port;

  Correspondent() = default;
  explicit Correspondent(std::shared_ptr<const store::Subscription> of_ours);
  Correspondent(std::shared_ptr<const store::Trunk> by, std::string number, std::string display_name);
  Correspondent(std::shared_ptr<const store::TdmPort> at, std::string number, std::string display_name);

  /// Reached by a trunk, of whatever kind: who he is, nobody has verified.
  bool is_outside() const { return trunk || (port && port->is_trunk()); }
  Identity identity() const { return {number, display_name}; }
  bool is_i7xx() const { return subscription && subscription->terminal == store::TerminalKind::i7xx; }
};

/// Who calls by a trunk and does not say who he is.
inline constexpr std::string_view anonymous_number = "anonymous";

/// Whom a trunk's INVITE names as the caller: P-Asserted-Identity, which a trunk is trusted with (RFC 3325), else From;
/// "anonymous" where that is no number.
Correspondent caller_by_trunk(std::shared_ptr<const store::Trunk> trunk, const sip::MessageView& invite);

}  // namespace cadenas::pbx
