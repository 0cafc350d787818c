#pragma once

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pbx/configuration.hpp"
#include "pbx/pbx.hpp"
#include "phone_socket.hpp"
#include "store/licence.hpp"
#include "store/store.hpp"

namespace cadenas::pbx::test {

/// Runs `begin` with a completion and waits for what it is given.
template <class T, class Begin>
T outcome_of(Begin begin) {
  auto promise = std::make_shared<std::promise<T>>();
  auto future = promise->get_future();
  begin([promise](T value) { promise->set_value(std::move(value)); });
  return future.get();
}

/// An iPBX with two loops on loopback ports the system chose, in a directory of its own.
class RunningPbx : public ::testing::Test {
 protected:
  RunningPbx() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cadenas-pbx-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~RunningPbx() override {
    pbx.reset();
    std::filesystem::remove_all(directory_);
  }

  Configuration configuration(store::TransportMode mode) const {
    Configuration out;
    out.database = directory_ / "cadenas.db";
    out.identity_directory = directory_ / "identity";
    out.loops = 2;
    out.sip.plain_port = 0;
    out.sip.tls_port = 0;
    out.sip.wss_port = wss_port;
    out.media.bind_ip4 = *base::Endpoint::parse("127.0.0.1", 0);
    out.self_signed.key = pki::KeyAlgorithm::ecdsa_p256;
    out.alarm_on_undisciplined_clock = false;
    out.first.mode = mode;
    out.authentication = both_algorithms();
    if (stop_time) out.stop_time = *stop_time;
    return out;
  }
  void start(store::TransportMode mode = store::TransportMode::pbx_cert) {
    auto created = Pbx::create(configuration(mode), clock);
    ASSERT_TRUE(created) << created.error().message;
    pbx = *std::move(created);
    const auto started = pbx->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void add(const std::string& number, const std::string& password) {
    store::Subscription subscription;
    subscription.number = number;
    subscription.credentials = store::digest_credentials(number, pbx->store().snapshot()->settings.realm, password);
    const auto added = outcome_of<base::Result<void>>(
        [&](auto done) { pbx->store().add_subscription(subscription, std::move(done)); });
    ASSERT_TRUE(added) << added.error().message;
  }
  /// Encryption is licensed from now on.
  void unlock() {
    const auto key = store::unlock_key_for(pbx->store().snapshot()->settings.system_id);
    const auto unlocked = outcome_of<base::Result<void>>([&](auto done) { pbx->store().unlock(key, std::move(done)); });
    ASSERT_TRUE(unlocked) << unlocked.error().message;
  }
  base::Result<void> set_mode(store::TransportMode mode) {
    return outcome_of<base::Result<void>>([&](auto done) { pbx->set_mode(mode, std::move(done)); });
  }
  std::vector<RegistrationView> registrations() {
    return outcome_of<std::vector<RegistrationView>>([&](auto done) { pbx->registrations(std::move(done)); });
  }
  /// What one transport listens on; unset if it does not.
  base::Endpoint address(sip::Transport transport) const {
    for (const auto& at : pbx->health().listening) {
      if (at.transport == transport) return at.address;
    }
    return {};
  }
  PhoneSocket phone(PhoneSocket::Kind kind, const pki::Identity* identity = nullptr) const {
    const auto transport = kind == PhoneSocket::Kind::udp   ? sip::Transport::udp
                           : kind == PhoneSocket::Kind::tcp ? sip::Transport::tcp
                           : kind == PhoneSocket::Kind::tls ? sip::Transport::tls
                                                            : sip::Transport::wss;
    return PhoneSocket(kind, address(transport), identity);
  }
  std::uint64_t counter(const std::string& name) const {
    std::uint64_t sum = 0;
    for (const auto& sample : pbx->counters()) sum += sample.name == name ? sample.value : 0;
    return sum;
  }

  base::SystemClock clock;
  std::optional<base::Millis> stop_time;  ///< none: what the product has
  std::optional<std::uint16_t> wss_port = 0;
  std::unique_ptr<Pbx> pbx;
  std::filesystem::path directory_;
};

}  // namespace cadenas::pbx::test
