#include "pbx/pbx.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "pbx/counter_samples.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

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

void Pbx::call_from_room(std::string room, std::string number, Done<void> done) {
  Conferences::call(parts_->services_, std::move(room), std::move(number), std::move(done));
}

std::optional<pki::Certificate> Pbx::certificate() const {
  return parts_->certificate_.current();
}

std::vector<pki::Certificate> Pbx::trusted_by_phones() const {
  return parts_->certificate_.trusted_by_phones();
}

std::shared_ptr<const pki::OcspState> Pbx::ocsp() const {
  return parts_->ocsp();
}

std::vector<CounterSample> Pbx::counters() const {
  std::vector<const Node*> nodes;
  for (const auto& node : parts_->nodes_) nodes.push_back(node.get());
  auto out = counter_samples(nodes, parts_->locations_);
  out.push_back({"cadenas_calls", "Calls in progress.", "", true, parts_->services_.active_calls.load()});
  add_media_samples(out, parts_->media());
  const alarms::SnmpCounts snmp = parts_->notifier().counts();
  const auto notifications = [&](const char* labels, std::uint64_t value) {
    out.push_back(
        {"cadenas_snmp_notifications_total", "SNMP notifications by what became of them.", labels, false, value});
  };
  notifications("outcome=\"sent\"", snmp.sent);
  notifications("outcome=\"acknowledged\"", snmp.acknowledged);
  notifications("outcome=\"lost\"", snmp.lost);
  out.push_back({"cadenas_ocsp_failures_total", "Looks at the OCSP responder that had no answer where one was due.", "",
                 false, parts_->ocsp_failures()});
  const auto staple = parts_->staple_->load();
  out.push_back({"cadenas_ocsp_stapled", "1 when new handshakes staple an OCSP answer.", "", true,
                 staple && parts_->office_.clock().now() < staple->until ? 1U : 0U});
  return out;
}

Health Pbx::health() const {
  return parts_->health();
}

MediaView Pbx::media() const {
  return parts_->media();
}

EipView Pbx::eip() const {
  return parts_->eip();
}

void Pbx::set_eip(bool in_service, bool end_calls, Done<void> done) {
  parts_->set_eip(in_service, end_calls, done);
}

std::vector<media::tdm::ShelfState> Pbx::shelves() const {
  return parts_->bus_ ? parts_->bus_->shelves() : std::vector<media::tdm::ShelfState>{};
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

void Pbx::test_snmp(const std::string& destination, const Done<alarms::Delivery>& done) {
  parts_->test_snmp(destination, done);
}

std::string Pbx::snmp_engine_id() const {
  return parts_->notifier().engine_id();
}

std::map<std::string, TrunkState> Pbx::trunk_states() const {
  return parts_->trunk_states_.all();
}

std::vector<Refusal> Pbx::refusals() const {
  return parts_->refusals_.latest();
}

void Pbx::import_certificate(base::Bytes file, base::SecretBytes password,
                             std::function<void(ImportedCertificate)> done) {
  parts_->import_certificate(std::move(file), std::move(password), std::move(done));
}

}  // namespace cadenas::pbx
