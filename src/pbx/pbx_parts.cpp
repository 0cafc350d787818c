#include "pbx/pbx_parts.hpp"

#include <future>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "pbx/wait_for.hpp"
#include "pki/crl_download.hpp"

namespace cadenas::pbx {

namespace {

// Without it everything but v3 traps goes on.
std::optional<alarms::SnmpEngine> snmp_engine_of(const Configuration& configuration) {
  auto engine = alarms::start_engine(configuration.database.parent_path() / "snmp-engine");
  if (engine) return *std::move(engine);
  base::log::error(engine.error().code, {{"message", engine.error().message}, {"file", engine.error().field}});
  return std::nullopt;
}

}  // namespace

Pbx::Parts::Parts(Configuration configuration, const base::Clock& clock, std::unique_ptr<store::Store> opened)
    : configuration_(std::move(configuration)),
      loops_(configuration_.loops, clock),
      office_(loops_.size(), clock),
      store_(std::move(opened)),
      board_(configuration_.media, clock),
      sessions_(board_, eip_),
      alarms_(clock, [this](const alarms::Event& event) { tell_alarm(event); }),
      trust_(configuration_.identity_directory / "phone-ca", clock),
      keeper_(pki::IdentityStore(configuration_.identity_directory, clock), configuration_.self_signed,
              configuration_.tls, staple_, certificate_),
      locations_(loops_, {.bindings_per_number = configuration_.registrar.bindings_per_number}),
      fetcher_(pki::CrlCache(configuration_.identity_directory / "phone-ca" / "fetched", clock,
                             [patience = configuration_.crl_patience](const std::string& uri) {
                               return pki::download_crl(uri, {.octets = pki::largest_crl, .patience = patience});
                             }),
               clock),
      notifier_(clock, snmp_engine_of(configuration_), {configuration_.mib_root, configuration_.snmp},
                [this] { office_.post([this] { look_at_alarms(); }); }),
      stapler_(
          pki::OcspCache(configuration_.identity_directory / "ocsp.der", clock,
                         [patience = configuration_.crl_patience](const std::string& uri, const base::Bytes& request) {
                           return pki::ask_ocsp_responder(uri, request, patience);
                         }),
          staple_, clock) {
  services_.settings = configuration_.calls;
  services_.media = &sessions_;
  services_.conferences = &conferences_;
  services_.tdm_settings = configuration_.tdm;
  make_pool(clock);
  services_.snapshot = [this] { return store_->snapshot(); };
  services_.certificate = [this, &clock] { return certificate_.state(clock.now()); };
  services_.find = [this](std::string number, base::Loop& answer_on, Locations::Found found) {
    locations_.find(std::move(number), answer_on, std::move(found));
  };
  services_.reach = [this](const std::shared_ptr<const store::Trunk>& trunk, base::Loop& answer_on, auto reached) {
    reach(trunk, answer_on, std::move(reached));
  };
  services_.record = [this](store::CallRecord record) {
    store_->record_call(std::move(record), [](const base::Result<void>& kept) {
      if (!kept) base::log::warning("call.not-recorded", {{"code", kept.error().code}});
    });
  };
  services_.journal = [this](store::JournalEntry entry) { store_->write_journal(std::move(entry), {}); };
  eip_.set(store_->snapshot()->settings.eip_in_service);
  store_->on_change([this](const std::shared_ptr<const store::Snapshot>& model) {
    eip_.set(model->settings.eip_in_service);
    office_.post([this] { follow(); });
    Conferences::follow_model(services_);
  });
  const Node::Settings settings{configuration_.transport, configuration_.timings, configuration_.authentication,
                                configuration_.registrar};
  std::vector<Node*> all;
  for (unsigned i = 0; i < loops_.size(); ++i) {
    nodes_.push_back(std::make_unique<Node>(loops_.at(i), services_.snapshot, locations_, services_, trunk_tls_,
                                            trunk_states_, refusals_, settings));
    services_.per_loop.push_back(&nodes_.back()->calls());
    all.push_back(nodes_.back().get());
  }
  for (Node* node : all) node->set_siblings(all);
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
  if (auto made = make_bus(); !made) return made;
  loops_.start();
  office_thread_ = std::thread([this] {
    base::name_this_thread("office");
    office_.run();
  });
  if (pool_) {
    relay_thread_ = std::thread([this] {
      base::name_this_thread("relay");
      relay_loop_->run();
    });
    pool_->start();
  }
  auto outcome = wait_for<void>([this](auto done) {
    office_.post([this, done] {
      if (auto opened = trust_.open(); !opened) {
        base::log::error(opened.error().code, {{"message", opened.error().message}});
      }
      // Known before the first handshake, so that a revoked phone has no moment to slip in.
      const auto model = store_->snapshot();
      const auto points = trust_.distribution_points(nullptr, model->settings.phone_certificates.crl_uris);
      trust_.take_fetched(fetcher_.kept(points, trust_.certificates()));
      done(take_at_start(model->settings));
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
    repeat(configuration_.trunk_interval, &Parts::probe_trunks);
    repeat(configuration_.eip_interval, &Parts::look_at_eip);
    repeat(configuration_.crl_interval, &Parts::fetch_lists);
    repeat(configuration_.ocsp_interval, &Parts::look_at_staple);
    fetch_lists();
    look_at_eip();
  });
  running_ = true;
  office_.post([this] { follow_trunks(); });
  return {};
}

void Pbx::Parts::stop() {
  if (!office_thread_.joinable()) return;
  running_ = false;
  office_.stop();
  office_thread_.join();
  end_calls();
  if (relay_thread_.joinable()) {
    relay_loop_->stop();
    relay_thread_.join();
  }
  for (const auto& node : nodes_) {
    (void)wait_for<void>([&](auto done) {
      node->loop().post([&node = *node, done] {
        for (const auto transport :
             {sip::Transport::udp, sip::Transport::tcp, sip::Transport::tls, sip::Transport::wss}) {
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

void Pbx::Parts::repeat(base::Millis interval, void (Parts::*work)()) {
  office_.after(interval, [this, interval, work] {
    (this->*work)();
    repeat(interval, work);
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
  if (const auto state = stapler_.state()) {
    if (state->answer && state->answer->status == pki::OcspStatus::revoked) {
      out.findings.push_back({"cert.revoked",
                              "The CA says that the certificate of this system is revoked; import a new one.",
                              state->responder});
    }
    if (state->problem) out.findings.push_back(*state->problem);
  }
  for (const base::AddressCheck& check : eip().addresses) {
    if (check.state == base::AddressState::good || check.state == base::AddressState::unproven) continue;
    out.findings.push_back(
        {check.state == base::AddressState::conflict ? "eip.address-conflict" : "eip.address-missing",
         "The media board's own address: " + check.reason, check.address.address()});
  }
  if (!eip_.in_service()) {
    out.findings.push_back({"eip.out-of-service", "The media board is out of service: it takes no new calls.", "eip"});
  }
  for (const auto& [name, trunk] : store_->snapshot()->trunks) {
    if (trunk->verify_server) continue;
    out.findings.push_back({"trunk.unverified",
                            "The trunk " + name +
                                " is declared without verification: its calls are encrypted towards "
                                "whoever answers there.",
                            name});
  }
  const std::lock_guard lock(noting_);
  if (not_applied_) out.findings.push_back(*not_applied_);
  // Nothing was taken into service since the start: the mode is the one that ought to be.
  if (not_applied_ && out.listening.empty()) out.mode = store_->snapshot()->settings.mode;
  return out;
}

}  // namespace cadenas::pbx
