#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alarms/board.hpp"
#include "base/address_check.hpp"
#include "base/clock.hpp"
#include "pki/certificate.hpp"
#include "pki/phone_trust.hpp"
#include "rtpengine/pool_view.hpp"
#include "store/model.hpp"

namespace cadenas::pbx {

/// What of an iPBX is worth an alarm.
struct AlarmFacts {
  const store::SystemSettings* settings = nullptr;
  std::optional<pki::Certificate> certificate;  ///< in service
  const pki::PhoneAuthorities* authorities = nullptr;
  bool clock_disciplined = true;
  std::vector<std::string> unanswering{};  ///< names of SNMP destinations
  bool certificate_revoked = false;        ///< its CA says so by OCSP
  std::string why_none{};                  ///< where the mode needs a certificate and none is in service; may be empty
  std::shared_ptr<const rtpengine::PoolView> relays{};  ///< null without a pool
  std::vector<base::AddressCheck> eip_addresses{};      ///< of the media board
  std::vector<std::string> shelves_missing{};           ///< with declared ports, and not attached or silent
};

/// The alarms that ought to stand at `now` (OPS-3, CERT-8, RIGHT-1). Pure.
std::vector<alarms::Condition> alarm_conditions(const AlarmFacts& facts, base::WallTime now);

}  // namespace cadenas::pbx
