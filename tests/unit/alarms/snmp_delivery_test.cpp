#include "alarms/snmp_delivery.hpp"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"

namespace cadenas::alarms {
namespace {

/// A UDP socket on loopback that never answers.
class MuteManager {
 public:
  MuteManager() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const auto any = base::Endpoint::parse("127.0.0.1", 0);
    if (::bind(socket_, any->data(), any->size()) != 0) throw std::runtime_error("no port");
  }
  ~MuteManager() { ::close(socket_); }
  MuteManager(const MuteManager&) = delete;
  MuteManager& operator=(const MuteManager&) = delete;

  std::uint16_t port() const {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    return base::Endpoint::from(reinterpret_cast<sockaddr*>(&at)).port();
  }
  /// Waits for one; a datagram to loopback is there once it is sent.
  std::string datagram() const {
    std::array<char, 4096> into{};
    const auto size = ::recv(socket_, into.data(), into.size(), 0);
    return {into.data(), static_cast<std::size_t>(size)};
  }
  bool has_more() const {
    char octet = 0;
    return ::recv(socket_, &octet, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
  }

 private:
  int socket_;
};

class SnmpDelivery : public testing::Test {
 protected:
  store::SnmpDestination destination() const {
    store::SnmpDestination out;
    out.name = "nms";
    out.address = "127.0.0.1";
    out.port = manager.port();
    out.community = store::KeptSecret("of the managers");
    return out;
  }
  store::SnmpDestination v3() const {
    auto out = destination();
    out.version = store::SnmpVersion::v3;
    out.user = "cadenas";
    out.authentication_passphrase = store::KeptSecret("authentic words");
    out.privacy_passphrase = store::KeptSecret("private words");
    return out;
  }
  base::Result<Delivery> deliver(const store::SnmpDestination& to, std::optional<EngineNow> own = std::nullopt) const {
    return deliver_by_snmp(to, test, own, {.timeout = base::Millis{20}, .retries = 2});
  }

  MuteManager manager;
  const Notification test = describe_test({}, {parse_oid(default_mib_root).value(), "system-17", {}, false});
  const EngineNow engine{{*base::from_hex("80001f88050102030405060708"), 3}, 100};
};

TEST_F(SnmpDelivery, SendsATrapOnceWithItsCommunity) {
  EXPECT_EQ(deliver(destination()), Delivery::sent);
  const std::string sent = manager.datagram();
  EXPECT_NE(sent.find("of the managers"), std::string::npos);
  EXPECT_NE(sent.find("system-17"), std::string::npos);
  EXPECT_FALSE(manager.has_more());
}

TEST_F(SnmpDelivery, RepeatsAnInformAsOftenAsAskedAndSaysThatNobodyAnswers) {
  auto to = destination();
  to.kind = store::SnmpKind::inform;
  EXPECT_EQ(deliver(to), Delivery::unanswered);
  for (int i = 0; i < 3; ++i) manager.datagram();
  EXPECT_FALSE(manager.has_more());
}

TEST_F(SnmpDelivery, EncryptsAV3TrapUnderItsOwnEngine) {
  EXPECT_EQ(deliver(v3(), engine), Delivery::sent);
  const std::string sent = manager.datagram();
  EXPECT_NE(sent.find(base::as_text(engine.engine.id)), std::string::npos);
  EXPECT_EQ(sent.find("system-17"), std::string::npos);
  EXPECT_EQ(sent.find("words"), std::string::npos);
  EXPECT_FALSE(manager.has_more());
}

TEST_F(SnmpDelivery, RefusesAV3TrapWithoutAnEngine) {
  EXPECT_EQ(deliver(v3()).error().code, "snmp.no-engine");
  EXPECT_FALSE(manager.has_more());
}

TEST_F(SnmpDelivery, SaysThatNobodyAnswersWhereTheReceiversEngineIsNotFound) {
  auto to = v3();
  to.kind = store::SnmpKind::inform;
  EXPECT_EQ(deliver(to), Delivery::unanswered);
}

TEST_F(SnmpDelivery, ReachesAnIpv6ManagerOrSaysWhyNot) {
  auto to = destination();
  to.address = "::1";
  const auto outcome = deliver(to);
  if (outcome) {
    EXPECT_EQ(*outcome, Delivery::sent);
  } else {
    EXPECT_EQ(outcome.error().code, "snmp.not-sent");
  }
}

}  // namespace
}  // namespace cadenas::alarms
