#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// Whether a verified peer's certificate names this number or host, as its CN or a SAN name. Pure.
bool certificate_names(const sip::TlsFacts& tls, const std::string& name);

/// Whether a flow is from the address, and by the transport, of a trunk: from its declared port, or from where our
/// requests go to. Says nothing of its certificate. Pure.
bool comes_from(const sip::Flow& flow, const store::Trunk& trunk);

/// Whether a flow from the address of that trunk shows the certificate the trunk must have: true without TLS, or where
/// the trunk is declared without verification. Pure.
bool shows_identity(const sip::Flow& flow, const store::Trunk& trunk);

/// The trunk that speaks by a flow it opened; null for none (MODE-4). Pure.
std::shared_ptr<const store::Trunk> trunk_behind(const sip::Flow& flow, const store::Snapshot& model);

/// How a number that is no subscription of ours is called.
struct TrunkCall {
  std::shared_ptr<const store::Trunk> trunk;
  std::string dialled;  ///< what the trunk is asked for: the number without what is stripped
};

/// The trunk with the longest prefix of that number; nothing where there is none, or nothing is left to dial. Pure.
std::optional<TrunkCall> route_to_trunk(const store::Snapshot& model, std::string_view number);

/// The Request-URI of a call over a trunk, at the far end of the flow to it. Pure.
std::string uri_at_trunk(const TrunkCall& to, const sip::Flow& flow);

}  // namespace cadenas::pbx
