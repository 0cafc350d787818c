#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alarms/board.hpp"
#include "alarms/snmp_delivery.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/tdm/bus.hpp"
#include "pbx/bothway_rehearsal.hpp"
#include "pbx/call_view.hpp"
#include "pbx/counters.hpp"
#include "pbx/eip.hpp"
#include "pbx/imported_certificate.hpp"
#include "pbx/media_view.hpp"
#include "pbx/refusal_log.hpp"
#include "pbx/registration_view.hpp"
#include "pbx/trunk_states.hpp"
#include "pki/certificate.hpp"
#include "pki/ocsp_cache.hpp"
#include "pki/phone_trust.hpp"
#include "sip/flow.hpp"
#include "store/model.hpp"

namespace cadenas::store {
class Store;
}

namespace cadenas::pbx {

struct Configuration;

/// Where the SIP service can be reached now.
struct ListeningAt {
  sip::Transport transport{};
  base::Endpoint address;

  friend bool operator==(const ListeningAt&, const ListeningAt&) = default;
};

/// How the iPBX is, for `status` and the health route.
struct Health {
  bool running = false;
  store::TransportMode mode{};         ///< in service
  std::vector<ListeningAt> listening;  ///< one entry an address and transport, however many loops
  unsigned loops = 0;
  std::size_t registrations = 0;
  std::vector<base::Error> findings;  ///< what a person should look at: certificate, mode that could not be applied
};

/// One iPBX: the composition root of store, media board, certificate, SIP service, registrations and calls.
///
/// But for `create`, `start`, `stop` and destruction, which belong to one thread outside the iPBX, every member may be
/// called from any thread. Callbacks run once, on a thread of the iPBX: take the value, post it to where it is wanted,
/// do not block. After `stop`, callbacks not yet run never run.
class Pbx {
 public:
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  /// Opens the database and starts the media threads; nothing listens yet. `clock` must outlive the iPBX. Blocks.
  /// Errors: those of Store::open, IdentityStore::open; "configuration.address"; "media.start-failed".
  static base::Result<std::unique_ptr<Pbx>> create(Configuration configuration, const base::Clock& clock);
  ~Pbx();  ///< stops
  Pbx(const Pbx&) = delete;
  Pbx& operator=(const Pbx&) = delete;

  /// Listens as the stored mode says and serves. Blocks until it does. Where the mode needs a certificate and there is
  /// none, a self-signed one is made first (CERT-1). Where the mode cannot be taken into service for want of a
  /// certificate or of the CAs of phones, it starts all the same, so that this can be put right: nothing listens, and
  /// alarms and health say why (MODE-6). Errors "transport.listen", "tdm.socket".
  base::Result<void> start();
  /// Ends the calls (BYE, at most Configuration::stop_time), closes every socket, joins the loops. Once only.
  void stop();

  /// Subscriptions, classes, accounts, journal and call records: read its snapshot, post changes to it. A removed
  /// subscription's bindings go with it. Settings are changed by `change_settings`.
  store::Store& store();

  using Registrations = std::function<void(std::vector<RegistrationView>)>;
  void registrations(Registrations done);
  using CallList = std::function<void(std::vector<CallView>)>;
  /// Calls in progress.
  void calls(CallList done);
  /// A call in progress by its id; nothing if there is none (ended ones are in the store).
  void call(std::string id, std::function<void(std::optional<CallView>)> done);
  /// Lets a conference room call a number and bring in who answers (CONF-3). Errors: those of Conferences::call.
  void call_from_room(std::string room, std::string number, Done<void> done);

  /// The certificate in service; none in NO TLS.
  std::optional<pki::Certificate> certificate() const;
  /// What phones must trust to know it (CERT-10), see pki::trust_for_phones.
  std::vector<pki::Certificate> trusted_by_phones() const;
  /// What its CA says of it by OCSP and is stapled; null where no certificate is in service.
  std::shared_ptr<const pki::OcspState> ocsp() const;
  std::vector<CounterSample> counters() const;
  Health health() const;
  MediaView media() const;
  EipView eip() const;
  /// OPS-2: takes the media board into service, or out of it: then it takes no new sessions, and those it has go on, or
  /// their calls end with it. Errors those of Store.
  void set_eip(bool in_service, bool end_calls, Done<void> done);
  /// The shelves of the TDM bus that attached at least once; none without a bus.
  std::vector<media::tdm::ShelfState> shelves() const;

  /// MODE-1 to MODE-5: switches the SIP service, then stores the mode. Connections and calls that the new mode allows
  /// go on untouched; what it does not allow (TLS in NO TLS; UDP, TCP and TLS without a verified certificate in
  /// BOTHWAY) ends when idle, with its call otherwise. Errors: "mode.no-phone-ca" (BOTHWAY without a CA),
  /// "transport.listen", those of IdentityStore::open and of Store; the mode stays as it was then.
  void set_mode(store::TransportMode mode, Done<void> done);
  /// Stores the settings and puts mode and certificate names into service. Errors as set_mode and
  /// Store::change_settings.
  void change_settings(store::SystemSettings settings, Done<void> done);
  /// *Régénération du certificat* (MODE-7): a new self-signed certificate for handshakes to come; no connection drops.
  /// Errors: "mode.no-certificate" (NO TLS), those of IdentityStore::regenerate.
  void regenerate_certificate(Done<pki::Certificate> done);
  /// The CAs phones are trusted under (MODE-3, CERT-10), as a PEM text; see PhoneTrust::replace_authorities. For
  /// handshakes to come; from then on PBX CERT asks phones for their certificate, too, so that a dry run can tell.
  void load_phone_authorities(std::string pem, Done<std::vector<pki::Finding>> done);
  /// Those in service.
  std::shared_ptr<const pki::PhoneAuthorities> phone_authorities() const;
  /// CERT-7: revocation lists from a file; see PhoneTrust::add_lists. An audit follows.
  void add_revocation_lists(base::Bytes octets, Done<std::vector<pki::CrlFacts>> done);
  /// What switching BOTHWAY on would do (MODE-8).
  void rehearse_bothway(std::function<void(BothwayRehearsal)> done);
  /// Who was turned away, latest first.
  std::vector<Refusal> refusals() const;
  /// How trunks were found when they were last tried, by name (TrunkStates::all).
  std::map<std::string, TrunkState> trunk_states() const;
  /// The alarms that stand and the latest changes, as of the last look (OPS-3).
  std::shared_ptr<const alarms::View> alarms() const;
  /// Error "alarm.unknown".
  void acknowledge_alarm(std::uint64_t id, std::string who, Done<void> done);
  /// Sends a test notification to a destination of the store, switched on or not. Errors "snmp.unknown", those of
  /// deliver_by_snmp, "snmp.busy".
  void test_snmp(const std::string& destination, const Done<alarms::Delivery>& done);
  /// The engine id that receivers of SNMPv3 traps must know, in hex; empty where its file is damaged.
  std::string snmp_engine_id() const;
  /// CERT-2: a PKCS#12 file and its password; see CertificateKeeper::import. Takes up to seconds, on the office thread.
  void import_certificate(base::Bytes file, base::SecretBytes password, std::function<void(ImportedCertificate)> done);

 private:
  class Parts;
  explicit Pbx(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cadenas::pbx
