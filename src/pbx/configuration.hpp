#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "alarms/notification.hpp"
#include "alarms/snmp_delivery.hpp"
#include "media/board.hpp"
#include "pbx/authenticator.hpp"
#include "pbx/call_settings.hpp"
#include "pbx/registrar_settings.hpp"
#include "pbx/tdm_settings.hpp"
#include "pki/self_signed.hpp"
#include "pki/tls_context.hpp"
#include "rtpengine/pool.hpp"
#include "sip/timings.hpp"
#include "sip/transport_limits.hpp"
#include "store/model.hpp"
#include "store/store.hpp"

namespace cadenas::pbx {

/// Where the SIP service listens.
struct SipListen {
  std::vector<std::string> addresses{"127.0.0.1"};  ///< literal, no wildcard: answers leave from where requests came
  std::uint16_t plain_port = 5060;                  ///< UDP and TCP; 0: the system chooses, the same for both
  std::uint16_t tls_port = 5061;                    ///< 0: the system chooses
  std::optional<std::uint16_t> wss_port;            ///< for browsers; unset: none are served, 0: the system chooses
};

/// What a new database begins with; ignored where telephony addresses are stored already.
struct FirstSettings {
  std::string realm;                       ///< empty: the store's default
  std::vector<std::string> tel_addresses;  ///< empty: SipListen::addresses
  std::vector<std::string> admin_addresses;
  std::vector<std::string> fqdns;
  store::TransportMode mode = store::TransportMode::pbx_cert;
};

/// Media on rtpengine instead of the embedded board.
struct MediaPool {
  rtpengine::PoolSettings relays;  ///< no instance: the embedded board does it all
  bool fall_back = true;           ///< to the embedded board while no instance is up; else calls are refused
};

/// Everything about one iPBX that is read once at its start; parsed by apps/, immutable from then on. What is changed
/// while it runs is in the store.
struct Configuration {
  std::filesystem::path database = "cadenas.db";
  std::filesystem::path identity_directory = "identity";  ///< key.pem, cert.pem; phone-ca/ with CAs and lists
  unsigned loops = 0;                                     ///< signalling loops; 0: one a core
  SipListen sip;
  sip::TransportLimits transport;
  sip::Timings timings;
  Authenticator::Settings authentication;
  RegistrarSettings registrar;
  CallSettings calls;
  media::BoardSettings media;
  MediaPool media_pool;
  TdmSettings tdm;  ///< without a socket there is no TDM bus
  pki::TlsCompatibility tls = pki::TlsCompatibility::modern;
  pki::SelfSignedOptions self_signed;
  store::Retention retention;
  FirstSettings first;
  base::Millis renewal_interval{86'400'000};  ///< how often the certificate's dates are looked at (CERT-1)
  base::Millis audit_interval{60'000};        ///< how often live connections are held against the lists (CERT-7)
  base::Millis trunk_interval{60'000};        ///< how often trunks are asked whether they are there
  base::Millis eip_interval{60'000};          ///< how often the media board's own address is probed (OPS-2)
  base::Millis alarm_interval{60'000};        ///< how often it is looked what is worth an alarm (OPS-3)
  bool alarm_on_undisciplined_clock = true;   ///< off where a machine's clock is kept by its host
  /// Where packaging/CADENAS-ALARM-MIB.txt is rooted.
  alarms::Oid mib_root = alarms::parse_oid(alarms::default_mib_root).value();
  alarms::SnmpPatience snmp;
  base::Millis crl_interval{600'000};   ///< how often it is looked whether a list is due to be fetched
  base::Millis crl_patience{5'000};     ///< for one download, of a list or an OCSP answer
  base::Millis ocsp_interval{300'000};  ///< how often it is looked whether an OCSP answer is due
  base::Millis stop_time{2'000};        ///< what calls get to end when the iPBX stops
};

}  // namespace cadenas::pbx
