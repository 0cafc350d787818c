#include "pbx/pbx.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/clock_discipline.hpp"
#include "base/log.hpp"
#include "base/loop.hpp"
#include "base/thread_name.hpp"
#include "media/board.hpp"
#include "pbx/alarm_conditions.hpp"
#include "pbx/calls.hpp"
#include "pbx/certificate_keeper.hpp"
#include "pbx/configuration.hpp"
#include "pbx/counter_samples.hpp"
#include "pbx/crl_fetcher.hpp"
#include "pbx/locations.hpp"
#include "pbx/media_sessions.hpp"
#include "pbx/node.hpp"
#include "pbx/sip_service.hpp"
#include "pki/crl_download.hpp"
#include "store/store.hpp"

namespace cadenas::pbx {

namespace {

// Waits on the office thread, or the owner's, for what completes on another one.
template <class T, class Begin>
base::Result<T> wait_for(Begin begin) {
  auto promise = std::make_shared<std::promise<base::Result<T>>>();
  auto future = promise->get_future();
  begin([promise](base::Result<T> result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace

/// Slow and rare work (keys, mode changes) is done one after the other on the office thread, which may block; it starts
/// before the signalling loops are used and ends before they do.
class Pbx::Parts {
 public:
  Parts(Configuration configuration, const base::Clock& clock, std::unique_ptr<store::Store> opened);

  base::Result<void> start();
  void stop();
  base::Result<void> keep_first_settings();
  void set_mode(store::TransportMode mode, Done<void> done);
  void change_settings(store::SystemSettings settings, Done<void> done);
  void regenerate_certificate(Done<pki::Certificate> done);
  void import_certificate(base::Bytes file, base::SecretBytes password, std::function<void(ImportedCertificate)> done);
  void load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done);
  void add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done);
  Health health() const;

  const Configuration configuration_;
  // Before the loops: what is still queued on them when they go may hold the last reference to a call, which counts
  // itself out here.
  CallServices services_;
  base::Loops loops_;
  base::Loop office_;
  std::unique_ptr<store::Store> store_;
  media::Board board_;
  BoardSessions sessions_;
  RefusalLog refusals_;
  alarms::Board alarms_;   // of the office thread, but its view
  pki::PhoneTrust trust_;  // of the office thread
  CertificateInService certificate_;
  CertificateKeeper keeper_;
  Locations locations_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<SipService> service_;

 private:
  ClientDemands demands(store::TransportMode mode) const;
  void fetch_lists();
  void audit();
  void look_at_alarms();
  void tell_alarm(const alarms::Event& event);
  void journal_revoked(const std::vector<RevokedPeer>& closed);
  base::Result<void> take(const store::SystemSettings& settings);
  base::Result<void> take_and_store(const store::SystemSettings& settings);
  void follow();
  void repeat(base::Millis interval, void (Parts::*work)());
  void renew();
  void end_calls();
  pki::SelfSignedNames names(const store::SystemSettings& settings) const {
    return certificate_names(settings, configuration_.sip.addresses);
  }

  std::thread office_thread_;
  std::atomic<bool> running_{false};
  mutable std::mutex noting_;
  std::optional<base::Error> not_applied_;  // under noting_
  CrlFetcher fetcher_;                      // the last: what it brings is posted to the office
};

Pbx::Parts::Parts(Configuration configuration, const base::Clock& clock, std::unique_ptr<store::Store> opened)
    : configuration_(std::move(configuration)),
      loops_(configuration_.loops, clock),
      office_(loops_.size(), clock),
      store_(std::move(opened)),
      board_(configuration_.media, clock),
      sessions_(board_),
      alarms_(clock, [this](const alarms::Event& event) { tell_alarm(event); }),
      trust_(configuration_.identity_directory / "phone-ca", clock),
      keeper_(pki::IdentityStore(configuration_.identity_directory, clock), configuration_.self_signed,
              configuration_.tls, certificate_),
      locations_(loops_, {.bindings_per_number = configuration_.registrar.bindings_per_number}),
      fetcher_(pki::CrlCache(configuration_.identity_directory / "phone-ca" / "fetched", clock,
                             [patience = configuration_.crl_patience](const std::string& uri) {
                               return pki::download_crl(uri, {.patience = patience});
                             }),
               clock) {
  services_.settings = configuration_.calls;
  services_.media = &sessions_;
  services_.snapshot = [this] { return store_->snapshot(); };
  services_.certificate = [this, &clock] { return certificate_.state(clock.now()); };
  services_.find = [this](std::string number, base::Loop& answer_on, Locations::Found found) {
    locations_.find(std::move(number), answer_on, std::move(found));
  };
  services_.record = [this](store::CallRecord record) {
    store_->record_call(std::move(record), [](const base::Result<void>& kept) {
      if (!kept) base::log::warning("call.not-recorded", {{"code", kept.error().code}});
    });
  };
  store_->on_change([this](const std::shared_ptr<const store::Snapshot>&) { office_.post([this] { follow(); }); });
  const Node::Settings settings{configuration_.transport, configuration_.timings, configuration_.authentication,
                                configuration_.registrar};
  std::vector<Node*> all;
  for (unsigned i = 0; i < loops_.size(); ++i) {
    nodes_.push_back(
        std::make_unique<Node>(loops_.at(i), services_.snapshot, locations_, services_, refusals_, settings));
    services_.per_loop.push_back(&nodes_.back()->calls());
    all.push_back(nodes_.back().get());
  }
  service_ = std::make_unique<SipService>(std::move(all), configuration_.sip);
}

base::Result<void> Pbx::Parts::keep_first_settings() {
  store::SystemSettings settings = store_->snapshot()->settings;
  if (!settings.tel_addresses.empty()) return {};
  const FirstSettings& first = configuration_.first;
  if (!first.realm.empty()) settings.realm = first.realm;
  settings.tel_addresses = first.tel_addresses.empty() ? configuration_.sip.addresses : first.tel_addresses;
  settings.admin_addresses = first.admin_addresses;
  settings.fqdns = first.fqdns;
  settings.mode = first.mode;
  return wait_for<void>([&](auto done) { store_->change_settings(settings, std::move(done)); });
}

base::Result<void> Pbx::Parts::start() {
  loops_.start();
  office_thread_ = std::thread([this] {
    base::name_this_thread("office");
    office_.run();
  });
  auto outcome = wait_for<void>([this](auto done) {
    office_.post([this, done] {
      if (auto opened = trust_.open(); !opened) {
        base::log::error(opened.error().code, {{"message", opened.error().message}});
      }
      // Known before the first handshake, so that a revoked phone has no moment to slip in.
      const auto model = store_->snapshot();
      const auto points = trust_.distribution_points(nullptr, model->settings.phone_certificates.crl_uris);
      trust_.take_fetched(fetcher_.kept(points, trust_.certificates()));
      done(take(model->settings));
    });
  });
  if (!outcome) {
    stop();
    return outcome;
  }
  office_.post([this] {
    repeat(configuration_.renewal_interval, &Parts::renew);
    repeat(configuration_.audit_interval, &Parts::audit);
    repeat(configuration_.alarm_interval, &Parts::look_at_alarms);
    repeat(configuration_.crl_interval, &Parts::fetch_lists);
    fetch_lists();
  });
  running_ = true;
  return {};
}

void Pbx::Parts::stop() {
  if (!office_thread_.joinable()) return;
  running_ = false;
  office_.stop();
  office_thread_.join();
  end_calls();
  for (const auto& node : nodes_) {
    (void)wait_for<void>([&](auto done) {
      node->loop().post([&node = *node, done] {
        for (const auto transport : {sip::Transport::udp, sip::Transport::tcp, sip::Transport::tls}) {
          node.transport().stop_listening(transport, true);
        }
        done({});
      });
    });
  }
  loops_.stop();
}

// Whoever is in a call is told, as far as that can be had in the time there is.
void Pbx::Parts::end_calls() {
  for (const auto& node : nodes_) node->loop().post([&node = *node] { node.wind_down(); });
  auto idle = std::make_shared<std::promise<void>>();
  auto ended = idle->get_future();
  Calls::gather(services_, [this](const std::vector<CallView>& calls) {
    for (const auto& call : calls) Calls::hang_up(services_, call.id);
  });
  static constexpr base::Millis look_interval{20};
  auto look = std::make_shared<std::function<void()>>();
  base::Loop& loop = loops_.at(0);
  *look = [this, &loop, idle, again = std::weak_ptr(look)] {
    if (services_.active_calls.load() == 0) {
      idle->set_value();
    } else if (const auto next = again.lock()) {
      loop.after(look_interval, *next);
    }
  };
  loop.post([look] { (*look)(); });
  ended.wait_for(configuration_.stop_time);
}

// In PBX CERT certificates are asked for as soon as there is a CA to hold them against, so that who would go dark in
// BOTHWAY is known before it is switched on (MODE-8).
ClientDemands Pbx::Parts::demands(store::TransportMode mode) const {
  ClientDemands out;
  out.trust_anchors = trust_.certificates();
  out.revocation = trust_.revocation();
  out.clock = &office_.clock();
  if (mode == store::TransportMode::bothway) {
    out.certificates = pki::ClientCertificates::required;
  } else if (!out.trust_anchors.empty()) {
    out.certificates = pki::ClientCertificates::observed;
  }
  return out;
}

// On the office thread.
base::Result<void> Pbx::Parts::take(const store::SystemSettings& settings) {
  const bool bothway = settings.mode == store::TransportMode::bothway;
  const auto& rules = settings.phone_certificates;
  const auto on_doubt = [](bool refuse) { return refuse ? pki::OnDoubt::refuse : pki::OnDoubt::warn; };
  trust_.set_policy({on_doubt(rules.refuse_without_crl), on_doubt(rules.refuse_on_stale_crl)});
  if (bothway && trust_.certificates().empty()) {
    return base::fail("mode.no-phone-ca",
                      "BOTHWAY needs the CAs that phones' certificates are under: load their PEM file first.", "mode");
  }
  std::shared_ptr<pki::TlsServerContext> tls;
  if (settings.mode != store::TransportMode::no_tls) {
    auto context = keeper_.put_into_service(names(settings), demands(settings.mode));
    if (!context) return tl::unexpected(context.error());
    tls = *std::move(context);
  }
  auto applied = wait_for<void>([&](auto done) { service_->apply(settings.mode, std::move(tls), std::move(done)); });
  if (service_->mode() == store::TransportMode::no_tls) keeper_.retire();
  if (applied && bothway) {
    locations_.remove_unless(
        [this](const std::string&, const sip::Flow& flow) { return stands_in_bothway(flow, *store_->snapshot()); },
        "registrar.bothway");
  }
  const std::lock_guard lock(noting_);
  not_applied_ = applied ? std::nullopt : std::optional(applied.error());
  office_.post([this] { look_at_alarms(); });
  return applied;
}

base::Result<void> Pbx::Parts::take_and_store(const store::SystemSettings& settings) {
  const store::SystemSettings before = store_->snapshot()->settings;
  auto taken = take(settings);
  if (taken) {
    taken = wait_for<void>([&](auto done) { store_->change_settings(settings, std::move(done)); });
  }
  if (!taken) {
    if (auto back = take(before); !back) base::log::error("sip.mode-lost", {{"code", back.error().code}});
  } else if (!(settings.phone_certificates == before.phone_certificates)) {
    fetch_lists();
  }
  return taken;
}

// Settings that reached the store by another way, and subscriptions that left it.
void Pbx::Parts::follow() {
  // Asked number by number: the model of the change would not know who was added since and has registered already.
  locations_.remove_unless(
      [this](const std::string& number, const sip::Flow&) { return store_->snapshot()->find(number) != nullptr; },
      "registrar.subscription-removed");
  // What a change under way has stored is in service already when this runs.
  const auto now = store_->snapshot();
  look_at_alarms();
  if (now->settings.mode == service_->mode()) return;
  if (auto taken = take(now->settings); !taken) {
    base::log::error("sip.mode-not-applied", {{"code", taken.error().code}, {"message", taken.error().message}});
  }
}

void Pbx::Parts::repeat(base::Millis interval, void (Parts::*work)()) {
  office_.after(interval, [this, interval, work] {
    (this->*work)();
    repeat(interval, work);
  });
}

void Pbx::Parts::renew() {
  if (!certificate_.current()) return;
  if (auto looked = keeper_.put_into_service(names(store_->snapshot()->settings), demands(service_->mode())); !looked) {
    base::log::error("cert.not-renewed", {{"code", looked.error().code}, {"message", looked.error().message}});
  }
}

void Pbx::Parts::fetch_lists() {
  const auto own = certificate_.current();
  const auto model = store_->snapshot();
  auto uris = trust_.distribution_points(own ? &*own : nullptr, model->settings.phone_certificates.crl_uris);
  trust_.look_at_dates();
  if (uris.empty()) return;
  fetcher_.fetch(std::move(uris), trust_.certificates(), [this](const std::vector<pki::FetchedCrl>& fetched) {
    office_.post([this, fetched] {
      for (const auto& point : fetched) {
        if (point.outcome) continue;
        base::log::warning(point.outcome.error().code,
                           {{"uri", point.uri}, {"message", point.outcome.error().message}});
      }
      trust_.take_fetched(fetched);
      audit();
    });
  });
}

void Pbx::Parts::audit() {
  const auto index = trust_.revocation()->load();
  if (!index) return;
  for (const auto& node : nodes_) {
    node->loop().post([this, index, &node = *node] {
      auto closed = node.audit(*index);
      if (!closed.empty()) office_.post([this, closed = std::move(closed)] { journal_revoked(closed); });
    });
  }
}

void Pbx::Parts::look_at_alarms() {
  const auto model = store_->snapshot();
  trust_.look_at_dates();
  const auto authorities = trust_.authorities();
  const bool disciplined = !configuration_.alarm_on_undisciplined_clock || base::clock_is_disciplined();
  const AlarmFacts facts{&model->settings, certificate_.current(), authorities.get(), disciplined};
  if (auto told = alarms_.reconcile(alarm_conditions(facts, office_.clock().now())); !told) {
    base::log::error(told.error().code, {{"message", told.error().message}});
  }
  alarms_.repeat_due();
}

void Pbx::Parts::tell_alarm(const alarms::Event& event) {
  const alarms::Condition& condition = event.alarm.condition;
  const std::string code = "alarm." + std::string(alarms::to_string(event.change));
  base::log::warning(code, {{"alarm", condition.code},
                            {"severity", alarms::to_string(event.alarm.kind->severity)},
                            {"object", condition.object},
                            {"message", condition.detail}});
  store::JournalEntry entry;
  entry.at = event.at;
  entry.actor = event.change == alarms::Change::acknowledged ? event.alarm.acknowledged_by.value_or("") : "system";
  entry.code = code;
  entry.message = std::string(event.alarm.kind->english) + ". " + condition.detail;
  entry.subject = condition.object.empty() ? condition.code : condition.code + " " + condition.object;
  store_->write_journal(std::move(entry), {});
}

void Pbx::Parts::journal_revoked(const std::vector<RevokedPeer>& closed) {
  for (const RevokedPeer& peer : closed) {
    const std::string& subject = peer.flow.tls->peer_subject;
    const std::string whose = peer.position == 0 ? "Its certificate" : "A certificate it rests on";
    base::log::warning("revocation.connection-closed",
                       {{"peer", peer.flow.remote.to_string()}, {"subject", subject}, {"position", peer.position}});
    store::JournalEntry entry;
    entry.at = office_.clock().now();
    entry.actor = "system";
    entry.code = "revocation.connection-closed";
    entry.message = "The connection of " + peer.flow.remote.to_string() + " was closed. " + whose + " was revoked.";
    entry.subject = subject;
    store_->write_journal(std::move(entry), {});
  }
}

void Pbx::Parts::set_mode(store::TransportMode mode, Done<void> done) {
  office_.post([this, mode, done = std::move(done)] {
    auto settings = store_->snapshot()->settings;
    settings.mode = mode;
    done(take_and_store(settings));
  });
}

void Pbx::Parts::change_settings(store::SystemSettings settings, Done<void> done) {
  office_.post([this, settings = std::move(settings), done = std::move(done)] { done(take_and_store(settings)); });
}

void Pbx::Parts::regenerate_certificate(Done<pki::Certificate> done) {
  office_.post([this, done = std::move(done)] { done(keeper_.regenerate(names(store_->snapshot()->settings))); });
}

void Pbx::Parts::import_certificate(base::Bytes file, base::SecretBytes password,
                                    std::function<void(ImportedCertificate)> done) {
  // Shared, because a posted function is copied and a secret is not.
  const auto kept = std::make_shared<const base::SecretBytes>(std::move(password));
  office_.post([this, kept, file = std::move(file), done = std::move(done)] {
    const auto facts = facts_for_import(store_->snapshot()->settings, configuration_.sip.addresses);
    done(keeper_.import(file, *kept, facts, office_.clock().now()));
    look_at_alarms();
  });
}

void Pbx::Parts::load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) {
  office_.post([this, pem = std::move(pem), done = std::move(done)] {
    auto loaded = trust_.replace_authorities(pem);
    if (loaded) {
      if (auto taken = take(store_->snapshot()->settings); !taken) {
        done(tl::unexpected(taken.error()));
        return;
      }
      fetch_lists();
    }
    done(std::move(loaded));
  });
}

void Pbx::Parts::add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) {
  office_.post([this, octets = std::move(octets), done = std::move(done)] {
    auto added = trust_.add_lists(octets);
    if (added) audit();
    look_at_alarms();
    done(std::move(added));
  });
}

Health Pbx::Parts::health() const {
  Health out;
  out.running = running_;
  out.mode = service_->mode();
  out.listening = service_->listening();
  out.loops = loops_.size();
  out.registrations = locations_.size();
  out.findings = keeper_.findings();
  const std::lock_guard lock(noting_);
  if (not_applied_) out.findings.push_back(*not_applied_);
  return out;
}

base::Result<std::unique_ptr<Pbx>> Pbx::create(Configuration configuration, const base::Clock& clock) {
  if (configuration.sip.addresses.empty()) {
    return base::fail("configuration.address", "The SIP service needs at least one address to listen on.", "sip");
  }
  for (const auto& address : configuration.sip.addresses) {
    if (!base::Endpoint::parse(address, 0)) {
      return base::fail("configuration.address", "\"" + address + "\" is no literal IPv4 or IPv6 address.", "sip");
    }
  }
  auto opened = store::Store::open(configuration.database.string(), configuration.retention);
  if (!opened) return tl::unexpected(opened.error());
  std::unique_ptr<Parts> parts;
  try {
    parts = std::make_unique<Parts>(std::move(configuration), clock, *std::move(opened));
  } catch (const std::system_error& refused) {
    return base::fail("media.start-failed", std::string("The media threads cannot start: ") + refused.what());
  }
  if (auto kept = parts->keep_first_settings(); !kept) return tl::unexpected(kept.error());
  return std::unique_ptr<Pbx>(new Pbx(std::move(parts)));
}

Pbx::Pbx(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Pbx::~Pbx() {
  stop();
}

base::Result<void> Pbx::start() {
  return parts_->start();
}

void Pbx::stop() {
  parts_->stop();
}

store::Store& Pbx::store() {
  return *parts_->store_;
}

void Pbx::registrations(Registrations done) {
  parts_->locations_.list(std::move(done));
}

void Pbx::calls(CallList done) {
  Calls::gather(parts_->services_, std::move(done));
}

void Pbx::call(std::string id, std::function<void(std::optional<CallView>)> done) {
  Calls::gather(parts_->services_, [id = std::move(id), done = std::move(done)](const std::vector<CallView>& calls) {
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const CallView& call) { return call.id == id; });
    done(at == calls.end() ? std::nullopt : std::optional(*at));
  });
}

std::optional<pki::Certificate> Pbx::certificate() const {
  return parts_->certificate_.current();
}

std::vector<CounterSample> Pbx::counters() const {
  std::vector<const Node*> nodes;
  for (const auto& node : parts_->nodes_) nodes.push_back(node.get());
  auto out = counter_samples(nodes, parts_->locations_);
  out.push_back({"cadenas_calls", "Calls in progress.", "", true, parts_->services_.active_calls.load()});
  out.push_back({"cadenas_media_sessions", "Media sessions open.", "", true, parts_->board_.sessions()});
  return out;
}

Health Pbx::health() const {
  return parts_->health();
}

void Pbx::set_mode(store::TransportMode mode, Done<void> done) {
  parts_->set_mode(mode, std::move(done));
}

void Pbx::change_settings(store::SystemSettings settings, Done<void> done) {
  parts_->change_settings(std::move(settings), std::move(done));
}

void Pbx::regenerate_certificate(Done<pki::Certificate> done) {
  parts_->regenerate_certificate(std::move(done));
}

void Pbx::load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) {
  parts_->load_phone_authorities(std::move(pem), std::move(done));
}

std::shared_ptr<const pki::PhoneAuthorities> Pbx::phone_authorities() const {
  return parts_->trust_.authorities();
}

void Pbx::add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) {
  parts_->add_revocation_lists(std::move(octets), std::move(done));
}

void Pbx::rehearse_bothway(std::function<void(BothwayRehearsal)> done) {
  registrations([this, done = std::move(done)](const std::vector<RegistrationView>& registrations) {
    done(pbx::rehearse_bothway(*parts_->store_->snapshot(), registrations, *parts_->trust_.authorities()));
  });
}

std::shared_ptr<const alarms::View> Pbx::alarms() const {
  return parts_->alarms_.view();
}

void Pbx::acknowledge_alarm(std::uint64_t id, std::string who, Done<void> done) {
  parts_->office_.post([parts = parts_.get(), id, who = std::move(who), done = std::move(done)] {
    done(parts->alarms_.acknowledge(id, who));
  });
}

std::vector<Refusal> Pbx::refusals() const {
  return parts_->refusals_.latest();
}

void Pbx::import_certificate(base::Bytes file, base::SecretBytes password,
                             std::function<void(ImportedCertificate)> done) {
  parts_->import_certificate(std::move(file), std::move(password), std::move(done));
}

}  // namespace cadenas::pbx
