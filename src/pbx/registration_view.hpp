#pragma once

#include <cstdint>
#include <string>

#include "sip/flow.hpp"

namespace cadenas::pbx {

/// One binding as API, CLI and pages show it: a value of its own.
struct RegistrationView {
  std::string number;
  std::string contact_uri;
  sip::Flow flow;  ///< transport, addresses and, over TLS, version, cipher and the peer's certificate
  std::string instance;
  std::uint32_t reg_id = 0;
  float q = 1.0F;
  std::int64_t expires_in_s = 0;  ///< at the moment of the question
  std::string user_agent;
};

}  // namespace cadenas::pbx
