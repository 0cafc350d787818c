#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "pbx/pbx.hpp"
#include "pki/certificate.hpp"
#include "store/model.hpp"

namespace cadenas::admin {

/// What the API asks of an iPBX besides its store, so that a test can give it a picture of its own. Each function is
/// the one of pbx::Pbx with that name: called on the API thread, completions run on any thread.
class ManagedPbx {
 public:
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  virtual ~ManagedPbx() = default;
  virtual void registrations(std::function<void(std::vector<pbx::RegistrationView>)> done) = 0;
  virtual void calls(std::function<void(std::vector<pbx::CallView>)> done) = 0;
  virtual void call_from_room(std::string room, std::string number, Done<void> done) = 0;
  virtual std::optional<pki::Certificate> certificate() const = 0;
  virtual std::vector<pki::Certificate> trusted_by_phones() const = 0;
  virtual std::shared_ptr<const pki::OcspState> ocsp() const = 0;
  virtual std::vector<pbx::CounterSample> counters() const = 0;
  virtual pbx::Health health() const = 0;
  virtual pbx::MediaView media() const = 0;
  virtual std::vector<media::tdm::ShelfState> shelves() const = 0;
  virtual pbx::EipView eip() const = 0;
  virtual void set_eip(bool in_service, bool end_calls, Done<void> done) = 0;
  virtual void change_settings(store::SystemSettings settings, Done<void> done) = 0;
  virtual void regenerate_certificate(Done<pki::Certificate> done) = 0;
  virtual void import_certificate(base::Bytes file, base::SecretBytes password,
                                  std::function<void(pbx::ImportedCertificate)> done) = 0;
  virtual void load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) = 0;
  virtual std::shared_ptr<const pki::PhoneAuthorities> phone_authorities() const = 0;
  virtual void add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) = 0;
  virtual void rehearse_bothway(std::function<void(pbx::BothwayRehearsal)> done) = 0;
  virtual std::vector<pbx::Refusal> refusals() const = 0;
  virtual std::map<std::string, pbx::TrunkState> trunk_states() const = 0;
  virtual std::shared_ptr<const alarms::View> alarms() const = 0;
  virtual void acknowledge_alarm(std::uint64_t id, std::string who, Done<void> done) = 0;
  virtual void test_snmp(const std::string& destination, const Done<alarms::Delivery>& done) = 0;
  virtual std::string snmp_engine_id() const = 0;
};

/// The one that runs. `pbx` must outlive it.
class RunningPbx final : public ManagedPbx {
 public:
  explicit RunningPbx(pbx::Pbx& pbx) : pbx_(pbx) {}
  void registrations(std::function<void(std::vector<pbx::RegistrationView>)> done) override {
    pbx_.registrations(std::move(done));
  }
  void calls(std::function<void(std::vector<pbx::CallView>)> done) override { pbx_.calls(std::move(done)); }
  void call_from_room(std::string room, std::string number, Done<void> done) override {
    pbx_.call_from_room(std::move(room), std::move(number), std::move(done));
  }
  std::optional<pki::Certificate> certificate() const override { return pbx_.certificate(); }
  std::vector<pki::Certificate> trusted_by_phones() const override { return pbx_.trusted_by_phones(); }
  std::shared_ptr<const pki::OcspState> ocsp() const override { return pbx_.ocsp(); }
  std::vector<pbx::CounterSample> counters() const override { return pbx_.counters(); }
  pbx::Health health() const override { return pbx_.health(); }
  pbx::MediaView media() const override { return pbx_.media(); }
  std::vector<media::tdm::ShelfState> shelves() const override { return pbx_.shelves(); }
  pbx::EipView eip() const override { return pbx_.eip(); }
  void set_eip(bool in_service, bool end_calls, Done<void> done) override {
    pbx_.set_eip(in_service, end_calls, std::move(done));
  }
  void change_settings(store::SystemSettings settings, Done<void> done) override {
    pbx_.change_settings(std::move(settings), std::move(done));
  }
  void regenerate_certificate(Done<pki::Certificate> done) override { pbx_.regenerate_certificate(std::move(done)); }
  void import_certificate(base::Bytes file, base::SecretBytes password,
                          std::function<void(pbx::ImportedCertificate)> done) override {
    pbx_.import_certificate(std::move(file), std::move(password), std::move(done));
  }
  void load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done) override {
    pbx_.load_phone_authorities(std::move(pem), std::move(done));
  }
  std::shared_ptr<const pki::PhoneAuthorities> phone_authorities() const override { return pbx_.phone_authorities(); }
  void add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done) override {
    pbx_.add_revocation_lists(std::move(octets), std::move(done));
  }
  void rehearse_bothway(std::function<void(pbx::BothwayRehearsal)> done) override {
    pbx_.rehearse_bothway(std::move(done));
  }
  std::vector<pbx::Refusal> refusals() const override { return pbx_.refusals(); }
  std::map<std::string, pbx::TrunkState> trunk_states() const override { return pbx_.trunk_states(); }
  std::shared_ptr<const alarms::View> alarms() const override { return pbx_.alarms(); }
  void acknowledge_alarm(std::uint64_t id, std::string who, Done<void> done) override {
    pbx_.acknowledge_alarm(id, std::move(who), std::move(done));
  }
  void test_snmp(const std::string& destination, const Done<alarms::Delivery>& done) override {
    pbx_.test_snmp(destination, done);
  }
  std::string snmp_engine_id() const override { return pbx_.snmp_engine_id(); }

 private:
  pbx::Pbx& pbx_;
};

}  // namespace cadenas::admin
