#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>

#include <gtest/gtest.h>

#include "admin/first_account.hpp"
#include "admin/managed_pbx.hpp"
#include "admin/server.hpp"
#include "apps/cli/api_client.hpp"
#include "apps/cli/login.hpp"
#include "pki/self_signed.hpp"
#include "policy/decision.hpp"

namespace cadenas::test {

inline constexpr std::string_view pkcs12_password = "of the file";

/// A directory of its own, gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cadenas-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An iPBX as a picture: one phone registered over TLS, one call, encrypted on the first leg and clear on the second.
class PicturedPbx final : public admin::ManagedPbx {
 public:
  PicturedPbx(store::Store& store, base::WallTime now) : store_(store) {
    auto identity = pki::make_self_signed({"127.0.0.1", {}, {"pbx.example"}}, now, {pki::KeyAlgorithm::ecdsa_p256});
    certificate_ = identity->leaf();
    auto tls = std::make_shared<sip::TlsFacts>();
    tls->version = "TLSv1.3";
    tls->cipher = "TLS_AES_256_GCM_SHA384";
    sip::Flow flow{0,
                   sip::Transport::tls,
                   *base::Endpoint::parse("127.0.0.1", 5061),
                   *base::Endpoint::parse("127.0.0.1", 40001),
                   7,
                   tls};
    registrations_.push_back({"100", "sip:100@127.0.0.1:40001", flow, "", 0, 1.0F, 3600, "baresip"});

    pbx::CallView call;
    call.id = "call-1";
    call.from = "100";
    call.to = "101";
    call.state = pbx::CallState::answered;
    call.started = now;
    call.answered = now + std::chrono::seconds{2};
    policy::Facts good;
    good.licensed = true;
    good.certificate = policy::CertificateState::valid;
    good.transport = policy::LegTransport::tls;
    good.offer = policy::MediaSeen::savp_with_crypto;
    policy::Facts bad = good;
    bad.transport = policy::LegTransport::udp;
    bad.subscription_right = false;
    bad.offer = policy::MediaSeen::none;
    call.legs.push_back(leg("100", "calls", "TLS", true, policy::decide(good)));
    call.legs.push_back(leg("101", "is called", "UDP", false, policy::decide(bad)));
    calls_.push_back(std::move(call));
  }

  void registrations(std::function<void(std::vector<pbx::RegistrationView>)> done) override { done(registrations_); }
  void calls(std::function<void(std::vector<pbx::CallView>)> done) override { done(calls_); }
  void call_from_room(std::string room, std::string number, Done<void> done) override {
    if (!store_.snapshot()->rooms.contains(room)) return done(base::fail("room.unknown", "There is no such room."));
    called_from_room_ = {std::move(room), std::move(number)};
    done({});
  }
  std::pair<std::string, std::string> called_from_room_;
  std::optional<std::string> acknowledged_by_;
  std::shared_ptr<const pki::PhoneAuthorities> authorities_ = std::make_shared<const pki::PhoneAuthorities>();
  std::shared_ptr<const pki::OcspState> ocsp_ = std::make_shared<const pki::OcspState>();
  std::optional<pki::Certificate> certificate() const override { return certificate_; }
  std::vector<pki::Certificate> trusted_by_phones() const override { return {*certificate_}; }
  std::shared_ptr<const pki::OcspState> ocsp() const override { return ocsp_; }
  std::vector<pbx::CounterSample> counters() const override {
    return {{"cadenas_sip_messages_received_total", "SIP messages received.", "transport=\"TLS\"", false, 12},
            {"cadenas_calls", "Calls in progress.", "", true, 1},
            {"cadenas_sip_messages_received_total", "SIP messages received.", "transport=\"UDP\"", false, 3}};
  }
  pbx::Health health() const override {
    pbx::Health out;
    out.running = true;
    out.mode = store_.snapshot()->settings.mode;
    out.listening = {{sip::Transport::tls, *base::Endpoint::parse("127.0.0.1", 5061)}};
    return out;
  }
  pbx::MediaView media() const override {
    auto pool = std::make_shared<rtpengine::PoolView>();
    pool->instances.push_back({"127.0.0.1:2223", 1, rtpengine::InstanceState::up, "", {}, 3, 17, 0});
    pool->instances.push_back({"127.0.0.1:2224", 2, rtpengine::InstanceState::down, "It did not answer.", {}, 0, 9, 4});
    return {5, pool, true, 2};
  }
  std::vector<media::tdm::ShelfState> shelves() const override {
    media::tdm::ShelfState shelf;
    shelf.name = "shelf-1";
    shelf.attached = true;
    shelf.lines = 1;
    shelf.ports.push_back({{{0, 3}, media::tdm::PortKind::analogue, false}, true, true, false});
    shelf.ports.push_back({{{0, 4}, media::tdm::PortKind::digital, true}, true, false, false});
    return {shelf};
  }
  pbx::EipView eip() const override {
    pbx::EipView out;
    out.in_service = store_.snapshot()->settings.eip_in_service;
    out.addresses = {{*base::Endpoint::parse("192.0.2.9", 0), base::AddressState::conflict, "eth0",
                      "The machine 02:00:00:00:00:07 on eth0 has the address, too."}};
    out.sessions = 5;
    return out;
  }
  void set_eip(bool in_service, bool end_calls, Done<void> done) override {
    calls_ended_ = end_calls;
    auto settings = store_.snapshot()->settings;
    settings.eip_in_service = in_service;
    store_.change_settings(std::move(settings), std::move(done));
  }
  bool calls_ended_ = false;
  void change_settings(store::SystemSettings settings, Done<void> done) override {
    if (settings.mode == store::TransportMode::bothway && authorities_->empty()) {
      return done(base::fail("mode.no-phone-ca", "BOTHWAY needs the CAs of phones.", "mode"));
    }
    store_.change_settings(std::move(settings), std::move(done));
  }
  void regenerate_certificate(Done<pki::Certificate> done) override { done(*certificate_); }
  void import_certificate(base::Bytes file, base::SecretBytes password,
                          std::function<void(pbx::ImportedCertificate)> done) override {
    const auto wanted = base::as_bytes(pkcs12_password);
    if (file.empty() || !base::equal_constant_time(password.view(), wanted)) {
      return done({std::nullopt, {{pki::Severity::error, {"pkcs12.wrong-password", "The password is wrong.", ""}}}});
    }
    done({*certificate_, {{pki::Severity::warning, {"cert.missing-root", "The root is missing.", "CN=root"}}}});
  }
  void load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) override {
    auto read = pki::Certificate::from_pem(pem);
    if (!read) return done(base::fail("phone-ca.unreadable", "Expected certificates of CAs as PEM.", "pem"));
    authorities_ = std::make_shared<const pki::PhoneAuthorities>(
        pki::PhoneAuthorities{{*read, std::nullopt, {}, base::Error{"crl.missing", "No list is loaded.", ""}}});
    done(std::vector<pki::Finding>{{pki::Severity::warning, {"phone-ca.expired", "It has expired.", "CN=old"}}});
  }
  std::shared_ptr<const pki::PhoneAuthorities> phone_authorities() const override { return authorities_; }
  void add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) override {
    if (octets.size() < 100'000) return done(base::fail("crl.unreadable", "This is no revocation list.", ""));
    pki::CrlFacts list;
    list.issuer = "CN=phones";
    list.entries = octets.size();
    done(std::vector{list});
  }
  void rehearse_bothway(std::function<void(pbx::BothwayRehearsal)> done) override {
    pbx::BothwayRehearsal out;
    out.dark.push_back({"2002", "Bob", "sip:2002@127.0.0.1", "baresip", "bothway.transport", "It registers by UDP."});
    out.safe = 1;
    done(std::move(out));
  }
  std::map<std::string, pbx::TrunkState> trunk_states() const override {
    return {
        {"carrier",
         {pbx::TrunkState::Reach::unreachable, {}, "tls.server-revoked", "The certificate of the server is revoked."}}};
  }
  std::shared_ptr<const alarms::View> alarms() const override {
    auto view = std::make_shared<alarms::View>();
    alarms::Alarm alarm;
    alarm.id = 7;
    alarm.kind = alarms::find_kind("licence.missing");
    alarm.condition = {"licence.missing", "", "Encryption is not unlocked.", false};
    alarm.acknowledged_by = acknowledged_by_;
    view->active.push_back(alarm);
    view->history.push_back({alarms::Change::raised, {}, alarm});
    return view;
  }
  void acknowledge_alarm(std::uint64_t id, std::string who, Done<void> done) override {
    if (id != 7) return done(base::fail("alarm.unknown", "No alarm with this id stands.", "id"));
    acknowledged_by_ = std::move(who);
    done({});
  }
  void test_snmp(const std::string& destination, const Done<alarms::Delivery>& done) override {
    const auto model = store_.snapshot();
    const auto at = model->snmp_destinations.find(destination);
    if (at == model->snmp_destinations.end()) {
      return done(base::fail("snmp.unknown", "There is no SNMP destination with this name.", "name"));
    }
    if (at->second.kind == store::SnmpKind::trap) return done(alarms::Delivery::sent);
    done(at->second.port == 1 ? alarms::Delivery::unanswered : alarms::Delivery::acknowledged);
  }
  std::string snmp_engine_id() const override { return "80001f88050102030405060708"; }
  std::vector<pbx::Refusal> refusals() const override {
    pbx::Refusal out;
    out.code = "tls.client-revoked";
    out.message = "The client showed a revoked certificate.";
    out.transport = sip::Transport::tls;
    out.address = "192.0.2.9";
    out.subject = "CN=2009";
    out.count = 3;
    return {out};
  }

 private:
  static pbx::LegView leg(std::string number, std::string direction, std::string transport, bool encrypted,
                          const policy::Decision& decision) {
    pbx::LegView out;
    out.number = std::move(number);
    out.direction = std::move(direction);
    out.state = "confirmed";
    out.user_agent = "baresip";
    out.transport = std::move(transport);
    out.remote = "127.0.0.1:40001";
    if (encrypted) {
      out.tls_version = "TLSv1.3";
      out.tls_cipher = "TLS_AES_256_GCM_SHA384";
      out.srtp_suite = "AES_256_CM_HMAC_SHA1_80";
      out.packets_authenticated = out.packets_encrypted = 250;
    } else {
      out.packets_clear = out.packets_sent_clear = 250;
    }
    out.padlock = encrypted;
    out.reason = encrypted ? "Voice is encrypted both ways." : "Voice is clear.";
    out.verdicts.assign(decision.verdicts.begin(), decision.verdicts.end());
    return out;
  }

  store::Store& store_;
  std::optional<pki::Certificate> certificate_;
  std::vector<pbx::RegistrationView> registrations_;
  std::vector<pbx::CallView> calls_;
};

inline constexpr base::WallTime start_of_test{std::chrono::milliseconds{1'793'000'000'000}};

/// The API on a port of the system's choice, with the administrator "admin" and the reader "watcher".
class RunningApi : public ::testing::Test {
 public:
  static constexpr const char* watchers_password = "only looking";

 protected:
  RunningApi() { restart({}); }

  void restart(admin::ServerSettings settings) {
    server_.reset();
    settings.listen = *base::Endpoint::parse("127.0.0.1", 0);
    settings.identity_directory = directory_.path() / "admin-tls";
    auto started = admin::Server::start(std::move(settings), clock_, *store_, pbx_);
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
  }

  std::unique_ptr<apps::cli::ApiClient> connect() {
    auto client = apps::cli::ApiClient::connect("127.0.0.1", std::to_string(server_->address().port()),
                                                {server_->fingerprint(), {}});
    if (!client) throw std::runtime_error(client.error().message);
    return std::move(*client);
  }
  std::string login(const std::string& user, const std::string& password) {
    auto answer = connect()->call("POST", "/api/v1/session",
                                  boost::json::serialize(boost::json::object{{"user", user}, {"password", password}}));
    return answer ? std::string(answer->at("token").as_string()) : "";
  }
  std::unique_ptr<apps::cli::ApiClient> as_administrator() {
    auto client = connect();
    client->use_token(login("admin", admin_password_));
    return client;
  }
  std::unique_ptr<apps::cli::ApiClient> as_reader() {
    auto client = connect();
    client->use_token(login("watcher", watchers_password));
    return client;
  }
  /// The code of the error, or "" for a good answer.
  static std::string code_of(const base::Result<boost::json::value>& answer) {
    return answer ? "" : answer.error().code;
  }
  static std::string add_user(apps::cli::ApiClient& client, const std::string& number) {
    return code_of(
        client.call("POST", "/api/v1/subscriptions", R"({"number":")" + number + R"(","password":"correct horse"})"));
  }

  TemporaryDirectory directory_;
  base::ManualClock clock_{start_of_test};
  std::unique_ptr<store::Store> store_ = open_store();
  PicturedPbx pbx_{*store_, start_of_test};
  std::string admin_password_ = make_accounts();
  std::unique_ptr<admin::Server> server_;

 private:
  std::unique_ptr<store::Store> open_store() {
    auto opened = store::Store::open(directory_.path() / "cadenas.db");
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  std::string make_accounts() {
    const auto file = directory_.path() / "initial-admin-password";
    auto made = admin::ensure_first_account(*store_, file);
    if (!made) throw std::runtime_error(made.error().message);
    std::promise<void> put;
    store_->put_account({"watcher", store::AdminRole::reader, *store::PasswordHash::of(watchers_password)},
                        [&put](const base::Result<void>&) { put.set_value(); });
    put.get_future().wait();
    return *apps::cli::read_secret(file);
  }
};

}  // namespace cadenas::test
