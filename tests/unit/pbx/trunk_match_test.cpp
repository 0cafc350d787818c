#include "pbx/trunk_match.hpp"

#include <gtest/gtest.h>

#include "pbx/peer_gate.hpp"

namespace cadenas::pbx {
namespace {

sip::Flow flow_from(const char* address, std::uint16_t port, sip::Transport transport,
                    std::shared_ptr<const sip::TlsFacts> tls = nullptr) {
  sip::Flow flow;
  flow.transport = transport;
  flow.remote = *base::Endpoint::parse(address, port);
  flow.tls = std::move(tls);
  return flow;
}

std::shared_ptr<const sip::TlsFacts> shown(bool verified, std::vector<std::string> names = {}) {
  auto facts = std::make_shared<sip::TlsFacts>();
  facts->peer_verified = verified;
  facts->peer_names = std::move(names);
  return facts;
}

store::Snapshot model_of(const store::Trunk& trunk) {
  store::Snapshot model;
  model.trunks[trunk.name] = std::make_shared<const store::Trunk>(trunk);
  return model;
}

// MODE-4
TEST(TrunkMatch, KnowsATrunkByAddressPortAndTransport) {
  const auto any = model_of({"a", "2001:db8:0::7", 0, store::TrunkTransport::udp});
  EXPECT_TRUE(trunk_behind(flow_from("2001:db8::7", 999, sip::Transport::udp), any));
  EXPECT_FALSE(trunk_behind(flow_from("2001:db8::7", 999, sip::Transport::tcp), any));
  EXPECT_FALSE(trunk_behind(flow_from("2001:db8::8", 999, sip::Transport::udp), any));
  const auto exact = model_of({"a", "192.0.2.7", 5080, store::TrunkTransport::udp});
  EXPECT_TRUE(trunk_behind(flow_from("192.0.2.7", 5080, sip::Transport::udp), exact));
  EXPECT_TRUE(trunk_behind(flow_from("192.0.2.7", 5060, sip::Transport::udp), exact)) << "where our requests go to";
  EXPECT_FALSE(trunk_behind(flow_from("192.0.2.7", 5081, sip::Transport::udp), exact));
}

// No trunk speaks WebSockets: whoever does from its address is a browser, and must prove who he is.
TEST(TrunkMatch, TakesNobodyOnAWebSocketForATrunk) {
  store::Trunk trunk{"a", "192.0.2.7", 0, store::TrunkTransport::tls, "sbc.example"};
  trunk.verify_server = false;
  const auto model = model_of(trunk);
  EXPECT_TRUE(trunk_behind(flow_from("192.0.2.7", 999, sip::Transport::tls, shown(false)), model));
  EXPECT_FALSE(trunk_behind(flow_from("192.0.2.7", 999, sip::Transport::wss, shown(false)), model));
  EXPECT_TRUE(stands_in_bothway(flow_from("192.0.2.7", 999, sip::Transport::wss, shown(true, {"101"})), model));
}

// A call by a trunk needs no password: over TLS its certificate stands for it.
TEST(TrunkMatch, BelievesOverTlsOnlyTheCertificateItMustShow) {
  store::Trunk trunk{"a", "192.0.2.7", 0, store::TrunkTransport::tls, "sbc.example"};
  const auto by = [&](std::shared_ptr<const sip::TlsFacts> tls) {
    return trunk_behind(flow_from("192.0.2.7", 999, sip::Transport::tls, std::move(tls)), model_of(trunk)) != nullptr;
  };
  EXPECT_TRUE(by(shown(true, {"x", "sbc.example"})));
  EXPECT_FALSE(by(shown(true, {"x"})));
  EXPECT_FALSE(by(shown(false)));
  trunk.tls_identity.clear();
  EXPECT_TRUE(by(shown(true, {"x"})));
  EXPECT_FALSE(by(shown(false)));
  trunk.verify_server = false;
  EXPECT_TRUE(by(shown(false))) << "declared so";
}

}  // namespace
}  // namespace cadenas::pbx
