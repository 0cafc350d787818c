#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "store/credentials.hpp"
#include "store/password_hash.hpp"
#include "store/room_links.hpp"
#include "store/snmp_destination.hpp"
#include "store/tdm_port.hpp"

namespace cadenas::store {

/// The phone's `sip srtp mode` (TMA-5); the numbers are the parameter's values.
enum class SrtpMode : std::uint8_t { off = 0, preferred = 1, only = 2 };
enum class TerminalKind : std::uint8_t { sip, mitel6000, mivoice5300, i7xx, dect, gateway };
/// How an encrypted offer to this terminal is written: RTP/SAVP, RTP/AVP with a=crypto (RFC 8643), or UDP/TLS/RTP/SAVP
/// with a=fingerprint (DTLS-SRTP, RFC 5764).
enum class OfferStyle : std::uint8_t { savp, avp_crypto, dtls };
/// MODE-1…3.
enum class TransportMode : std::uint8_t { no_tls, pbx_cert, bothway };
enum class AdminRole : std::uint8_t { administrator, reader };
enum class TrunkTransport : std::uint8_t { udp, tcp, tls };
/// What a conference does with somebody who cannot encrypt: all fall back to clear voice, or he is refused (CONF-4).
enum class ClearMembers : std::uint8_t { fall_back, refuse_clear };

// The words used in the API, the CLI and the pages ("off", "mitel6000", "avp_crypto", "no_tls", "reader", …).
std::string_view to_string(SrtpMode v);
std::string_view to_string(TerminalKind v);
std::string_view to_string(OfferStyle v);
std::string_view to_string(TransportMode v);
std::string_view to_string(AdminRole v);
std::string_view to_string(TrunkTransport v);
std::string_view to_string(ClearMembers v);
std::optional<SrtpMode> parse_srtp_mode(std::string_view word);
std::optional<TerminalKind> parse_terminal_kind(std::string_view word);
std::optional<OfferStyle> parse_offer_style(std::string_view word);
std::optional<TransportMode> parse_transport_mode(std::string_view word);
std::optional<AdminRole> parse_admin_role(std::string_view word);
std::optional<TrunkTransport> parse_trunk_transport(std::string_view word);
std::optional<ClearMembers> parse_clear_members(std::string_view word);

/// One number and the terminal behind it (menu 1.2.3).
struct Subscription {
  std::string number;        ///< 1 to 32 of 0-9 * # + and unreserved letters; unique; the user part of its SIP URI
  std::string display_name;  ///< UTF-8, at most 128 octets, no control characters
  std::string auth_user;     ///< Digest user name; empty becomes `number` when added
  DigestCredentials credentials;
  bool encryption_right = true;  ///< RIGHT-2, *droit au chiffrement*
  std::string facility_class;    ///< name of a FacilityClass, or empty
  SrtpMode srtp_mode = SrtpMode::preferred;
  TerminalKind terminal = TerminalKind::sip;
  OfferStyle offer_style = OfferStyle::savp;
  bool intrusion_right = false;      ///< may intrude into calls of others (CONF-5)
  bool listen_right = false;         ///< may listen in on calls of others and intervene in them (CONF-6)
  bool intrusion_protected = false;  ///< nobody intrudes into its calls or listens in on them
};

/// A class of facility (menu 1.4.3).
struct FacilityClass {
  std::string name;  ///< 1 to 64 octets, unique
  bool encryption_right = true;
};

/// Numbers that are called over a trunk: those that begin with `prefix`, without their first `strip` characters.
struct TrunkRoute {
  std::string prefix;  ///< 1 to 32 of 0-9 * # +; unique over all trunks
  unsigned strip = 0;  ///< at most the length of `prefix`

  friend bool operator==(const TrunkRoute&, const TrunkRoute&) = default;
};

/// A declared SIP trunk: a gateway, a provider or another system. Its calls are taken without a password, since it is
/// known by where it speaks from, and calls to its prefixes go to it (ENC-7). In BOTHWAY trunks are the only peers that
/// are heard without a phone's certificate (MODE-4).
struct Trunk {
  std::string name;                                ///< 1 to 64 octets, unique
  std::string address;                             ///< literal IP address its messages come from and go to
  std::uint16_t port = 0;                          ///< they come from; 0: any
  TrunkTransport transport = TrunkTransport::udp;  ///< they come and go by
  std::string tls_identity{};   ///< with `tls`: the name its certificate must bear (CN or SAN); empty: its address when
                                ///< we connect, any verified one when it does
  std::uint16_t send_port = 0;  ///< they go to; 0: 5060, with TLS 5061
  std::vector<TrunkRoute> routes{};  ///< none: it only calls
  std::string auth_user{};           ///< what we answer its Digest challenges with; empty: we answer none
  std::shared_ptr<const base::SecretBytes> auth_password{};  ///< null: none. Put with null: the stored one is kept
  SrtpMode srtp_mode = SrtpMode::off;                        ///< voice; other than off with `tls` only (ENC-8)
  OfferStyle offer_style = OfferStyle::savp;
  bool verify_server = true;      ///< with `tls`: false is encryption without authentication (CERT-6)
  std::uint32_t max_calls = 100;  ///< at once, both directions together; 1 to 10,000
};

/// Where requests to a trunk go to.
std::uint16_t destination_port(const Trunk& trunk);

/// A conference that is called by its number (CONF-1).
struct ConferenceRoom {
  std::string number;  ///< as that of a subscription; unique, no subscription's, and begins with no prefix of a trunk
  std::string name;    ///< UTF-8, at most 128 octets, no control characters
  bool asks_pin = false;
  /// 4 to 12 digits. Put with null where `asks_pin`: the stored one is kept.
  std::shared_ptr<const base::SecretBytes> pin{};
  ClearMembers clear_members = ClearMembers::fall_back;
  bool announcements = true;  ///< signals when somebody joins or leaves; a change of encryption is always told
};

/// How certificates of phones are judged besides signature and dates (MODE-3, CERT-7).
struct PhoneCertificateRules {
  bool bound_to_subscription = false;  ///< CN or a SAN name must be the number that registers
  bool refuse_without_crl = false;     ///< fail closed where no list of the issuer is loaded; else only counted
  bool refuse_on_stale_crl = false;    ///< fail closed where the list is past its nextUpdate; else only counted
  /// http: lists to fetch besides the distribution points named in the loaded CAs and in the own certificate.
  std::vector<std::string> crl_uris;

  friend bool operator==(const PhoneCertificateRules&, const PhoneCertificateRules&) = default;
};

/// What holds for the whole iPBX.
struct SystemSettings {
  std::string realm;                   ///< Digest realm; no quote, no colon, no control character
  std::string system_id;               ///< made at first start, never changed
  bool licensed = false;               ///< RIGHT-1: the stored unlock key fits `system_id`; set by `unlock` only
  bool voice_encryption = true;        ///< RIGHT-3, *chiffrement voix*
  bool inter_ipbx_encryption = false;  ///< RIGHT-4, *chiffrement inter-iPBX*
  TransportMode mode = TransportMode::pbx_cert;
  std::vector<std::string> tel_addresses;    ///< literal IP addresses of the telephony interface
  std::vector<std::string> admin_addresses;  ///< literal IP addresses of the administration interface
  std::vector<std::string> fqdns;            ///< names of both interfaces (CERT-3)
  PhoneCertificateRules phone_certificates;
  bool eip_in_service = true;  ///< OPS-2: the media board takes new calls (2.3.4.2)
};

struct AdminAccount {
  std::string name;  ///< 1 to 64 octets, unique
  AdminRole role = AdminRole::reader;
  PasswordHash password;
};

/// What is kept of one leg of a call that ended. No key, ever.
struct LegRecord {
  std::string party;        ///< number, or SIP URI
  std::string transport;    ///< "UDP", "TCP", "TLS", "WSS"
  std::string tls_version;  ///< "TLSv1.3", empty without TLS
  std::string tls_cipher;
  std::string srtp_suite;                   ///< RFC 4568/6188 name, empty where voice was clear
  std::string key_exchange{};               ///< "SDES", "DTLS-SRTP"; empty where no keys were agreed
  std::uint64_t packets_authenticated = 0;  ///< SRTP packets received and verified
  std::uint64_t packets_rejected = 0;       ///< failed authentication
  std::uint64_t packets_replayed = 0;
  std::uint64_t packets_clear = 0;   ///< plain RTP received
  bool padlock = false;              ///< voice of this leg was encrypted both ways
  std::vector<std::string> failing;  ///< codes of the conditions that did not hold (RIGHT-9)
};

struct CallRecord {
  std::string id;  ///< unique, chosen by the call
  std::string from;
  std::string to;
  base::WallTime started{};
  std::optional<base::WallTime> answered;
  base::WallTime ended{};
  std::string cause;  ///< e.g. "bye", "cancelled", "refused 486"
  std::vector<LegRecord> legs;
};

/// One line of the operations journal.
struct JournalEntry {
  std::uint64_t id = 0;  ///< given by the database, rising
  base::WallTime at{};
  std::string actor;    ///< account name, or "system"
  std::string code;     ///< stable and dotted
  std::string message;  ///< one sentence
  std::string subject;  ///< what it is about: a number, a certificate, a site; may be empty
};

/// What signalling reads of the model: immutable, shared, replaced as a whole.
struct Snapshot {
  std::uint64_t revision = 0;  ///< rises by one with each replacement
  SystemSettings settings;
  /// The keys are views of each value's own `number`.
  std::unordered_map<std::string_view, std::shared_ptr<const Subscription>> subscriptions;
  std::map<std::string, FacilityClass, std::less<>> classes;
  std::map<std::string, AdminAccount, std::less<>> accounts;
  std::map<std::string, std::shared_ptr<const Trunk>, std::less<>> trunks;
  std::map<std::string, SnmpDestination, std::less<>> snmp_destinations;
  std::map<std::string, std::shared_ptr<const ConferenceRoom>, std::less<>> rooms;
  std::map<std::string, std::shared_ptr<const TdmPort>, std::less<>> tdm_ports;  ///< by name
  RoomLinks room_links;  ///< a forest: between two rooms there is one way at most

  /// Null for an unknown number; valid as long as the snapshot is held.
  const Subscription* find(std::string_view number) const;
  /// The terminal with that number; null if there is none. Looks at each port: a shelf has some dozens.
  std::shared_ptr<const TdmPort> tdm_terminal(std::string_view number) const;
  /// RIGHT-2: the class's right; true where the subscription has no class.
  bool class_right(const Subscription& subscription) const;
};

}  // namespace cadenas::store
