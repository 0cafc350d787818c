#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "pbx/trunk_match.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// How a number is called that channels of a TDM trunk lead to.
struct TdmTrunkCall {
  std::shared_ptr<const store::TdmPort> channel;  ///< one of the bundle
  std::string dialled;  ///< what the far exchange is asked for: the number without what is stripped
};

/// What a number reaches.
using Destination = std::variant<std::shared_ptr<const store::Subscription>, std::shared_ptr<const store::TdmPort>,
                                 std::shared_ptr<const store::ConferenceRoom>, TrunkCall, TdmTrunkCall>;

/// Subscription, TDM terminal, room, then the trunk with the longest prefix; nothing for a number nobody has. Pure.
std::optional<Destination> route(const store::Snapshot& model, std::string_view number);

/// It leads out of the system.
inline bool leads_out(const Destination& destination) {
  return std::holds_alternative<TrunkCall>(destination) || std::holds_alternative<TdmTrunkCall>(destination);
}

/// How what was dialled so far stands, where digits come one by one.
enum class Dialled : std::uint8_t {
  nothing,   ///< no number begins so
  begun,     ///< a number begins so
  number,    ///< it is a number, and none that is longer begins so
  may_grow,  ///< it is a number, and more may follow: time tells, or `#`
};
/// Looks at every number there is: for a digit, not for a packet. Pure.
Dialled judge_dialled(const store::Snapshot& model, std::string_view digits);

}  // namespace cadenas::pbx
