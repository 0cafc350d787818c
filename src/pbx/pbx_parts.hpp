#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "media/board.hpp"
#include "pbx/alarm_notifier.hpp"
#include "pbx/calls.hpp"
#include "pbx/certificate_keeper.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/configuration.hpp"
#include "pbx/crl_fetcher.hpp"
#include "pbx/eip.hpp"
#include "pbx/locations.hpp"
#include "pbx/media_sessions.hpp"
#include "pbx/node.hpp"
#include "pbx/ocsp_stapler.hpp"
#include "pbx/pbx.hpp"
#include "pbx/relayed_sessions.hpp"
#include "pbx/sip_service.hpp"
#include "pbx/tdm_media.hpp"
#include "pbx/trunk_states.hpp"
#include "pbx/trunk_tls.hpp"
#include "rtpengine/pool.hpp"
#include "store/store.hpp"

namespace cadenas::pbx {

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
  void test_snmp(const std::string& destination, const Done<alarms::Delivery>& done);
  const AlarmNotifier& notifier() const { return notifier_; }
  Health health() const;
  std::shared_ptr<const pki::OcspState> ocsp() const { return stapler_.state(); }
  std::uint64_t ocsp_failures() const { return stapler_.failures(); }
  MediaView media() const;
  EipView eip() const;
  void set_eip(bool in_service, bool end_calls, const Done<void>& done);

  const Configuration configuration_;
  // Before the loops: what is still queued on them when they go may hold the last reference to a call, which counts
  // itself out here.
  CallServices services_;
  base::Loops loops_;
  base::Loop office_;
  std::unique_ptr<store::Store> store_;
  media::Board board_;
  EipService eip_;
  BoardConferences conferences_{board_, eip_};
  BoardSessions sessions_;
  std::unique_ptr<base::Loop> relay_loop_;  // null, as the two below, without a pool of rtpengine
  std::unique_ptr<rtpengine::Pool> pool_;
  std::unique_ptr<RelayedSessions> relayed_;
  RefusalLog refusals_;
  alarms::Board alarms_;   // of the office thread, but its view
  pki::PhoneTrust trust_;  // of the office thread
  TrunkTls trunk_tls_;
  TrunkStates trunk_states_;
  CertificateInService certificate_;
  const std::shared_ptr<pki::LiveStaple> staple_ = std::make_shared<pki::LiveStaple>();
  CertificateKeeper keeper_;
  Locations locations_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<SipService> service_;
  std::unique_ptr<media::tdm::Bus> bus_;  // null, as the one below, without a TDM bus
  std::unique_ptr<BoardTdm> tdm_;

 private:
  void reach(const std::shared_ptr<const store::Trunk>& trunk, base::Loop& answer_on,
             std::function<void(base::Result<sip::Flow>)> reached);
  unsigned loop_of(const store::Trunk& trunk, unsigned otherwise) const;
  void probe_trunks();
  void follow_trunks();
  ClientDemands demands(store::TransportMode mode) const;
  void fetch_lists();
  void look_at_staple();
  void journal_identity();
  void audit();
  void look_at_alarms();
  void tell_alarm(const alarms::Event& event);
  void make_pool(const base::Clock& clock);
  base::Result<void> make_bus();
  std::vector<std::string> shelves_missing() const;
  void look_at_eip();
  void end_calls_on_board();
  void tell_relay(const rtpengine::InstanceView& relay, std::size_t lost);
  void journal_revoked(const std::vector<RevokedPeer>& closed);
  base::Result<void> take(const store::SystemSettings& settings);
  base::Result<void> serve(const store::SystemSettings& settings);
  base::Result<void> take_at_start(const store::SystemSettings& settings);
  base::Result<void> take_and_store(const store::SystemSettings& settings);
  void follow();
  void repeat(base::Millis interval, void (Parts::*work)());
  void renew();
  void end_calls();
  pki::SelfSignedNames names(const store::SystemSettings& settings) const {
    return certificate_names(settings, configuration_.sip.addresses);
  }

  std::map<std::string, std::shared_ptr<const store::Trunk>, std::less<>> trunks_seen_;  // of the office thread
  bool mode_was_tried_ = false;  // of the office thread: the service was told what to serve
  std::thread office_thread_;
  std::thread relay_thread_;
  std::atomic<bool> running_{false};
  mutable std::mutex noting_;
  std::vector<base::AddressCheck> eip_addresses_;  // under noting_; as of the last look
  std::optional<base::Error> not_applied_;         // under noting_; why mode or certificate are not as they ought to be
  // The last: what they bring is posted to the office.
  CrlFetcher fetcher_;
  AlarmNotifier notifier_;
  OcspStapler stapler_;
};

}  // namespace cadenas::pbx
