#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "policy/decision.hpp"
#include "sip/sdp.hpp"

namespace cadenas::pbx::test {

/// What is decided for a leg over TLS where everything else allows encryption.
inline policy::Decision decided(policy::MediaSeen seen) {
  policy::Facts facts;
  facts.licensed = true;
  facts.certificate = policy::CertificateState::valid;
  facts.transport = policy::LegTransport::tls;
  facts.offer = seen;
  return policy::decide(facts);
}

inline sip::Sdp parsed(const std::string& text) {
  auto sdp = sip::Sdp::parse(text);
  EXPECT_TRUE(sdp.has_value()) << text;
  return std::move(*sdp);
}

}  // namespace cadenas::pbx::test
