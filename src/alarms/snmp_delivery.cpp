#include "alarms/snmp_delivery.hpp"

#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "alarms/snmp_library.hpp"
#include "base/endpoint.hpp"

namespace cadenas::alarms {

namespace {

struct SessionCloser {
  void operator()(void* session) const { snmp_sess_close(session); }
};
using Session = std::unique_ptr<void, SessionCloser>;

struct PduFreer {
  void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, PduFreer>;

std::string peer_of(const store::SnmpDestination& to) {
  const auto at = base::Endpoint::parse(to.address, to.port);
  return at ? (at->is_v6() ? "udp6:" : "udp:") + at->to_string() : "";
}

u_char* octets(std::string_view text) {
  // The library copies what it is given and changes nothing, whatever its types say.
  return reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
}

struct Encoder {
  netsnmp_pdu* pdu;
  const std::vector<oid>& name;

  bool add(u_char type, const void* value, std::size_t size) const {
    return snmp_pdu_add_variable(pdu, name.data(), name.size(), type, value, size) != nullptr;
  }
  bool operator()(std::int32_t v) const {
    const long value = v;
    return add(ASN_INTEGER, &value, sizeof value);
  }
  bool operator()(std::uint32_t v) const {
    const u_long value = v;
    return add(ASN_UNSIGNED, &value, sizeof value);
  }
  bool operator()(TimeTicks v) const {
    const u_long value = v.hundredths;
    return add(ASN_TIMETICKS, &value, sizeof value);
  }
  bool operator()(const std::string& v) const { return add(ASN_OCTET_STR, v.data(), v.size()); }
  bool operator()(const Oid& v) const {
    const std::vector<oid> value(v.begin(), v.end());
    return add(ASN_OBJECT_ID, value.data(), value.size() * sizeof(oid));
  }
};

Pdu encode(const Notification& what, store::SnmpKind kind) {
  Pdu pdu(snmp_pdu_create(kind == store::SnmpKind::inform ? SNMP_MSG_INFORM : SNMP_MSG_TRAP2));
  if (!pdu) return nullptr;
  for (const Variable& variable : what) {
    const std::vector<oid> name(variable.name.begin(), variable.name.end());
    if (!std::visit(Encoder{pdu.get(), name}, variable.value)) return nullptr;
  }
  return pdu;
}

/// The security of one v3 exchange: authPriv with HMAC-SHA-256 (RFC 7860) and AES-128 (RFC 3826). NET-SNMP copies user
/// and keys into a table of the process, where they stay no longer than the exchange.
class Security {
 public:
  explicit Security(const store::SnmpDestination& to) : to_(to), user_(to.user) {}
  ~Security() {
    for (usmUser* user = usm_get_userList(); user;) {
      usmUser* const next = user->next;
      if (user->secName && user_ == user->secName) {
        usm_remove_user(user);
        usm_free_user(user);
      }
      user = next;
    }
  }
  Security(const Security&) = delete;
  Security& operator=(const Security&) = delete;

  /// What it gives the session points here.
  bool fill(netsnmp_session& session) {
    session.securityModel = SNMP_SEC_MODEL_USM;
    session.securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session.securityName = user_.data();
    session.securityNameLen = user_.size();
    session.securityAuthProto = authentication_.data();
    session.securityAuthProtoLen = authentication_.size();
    session.securityPrivProto = privacy_.data();
    session.securityPrivProtoLen = privacy_.size();
    session.securityAuthKeyLen = sizeof session.securityAuthKey;
    session.securityPrivKeyLen = sizeof session.securityPrivKey;
    return derive(to_.authentication_passphrase, session.securityAuthKey, session.securityAuthKeyLen) &&
           derive(to_.privacy_passphrase, session.securityPrivKey, session.securityPrivKeyLen);
  }

 private:
  bool derive(const store::KeptSecret& passphrase, u_char* key, std::size_t& size) {
    const std::string_view text = passphrase.reveal();
    return generate_Ku(authentication_.data(), static_cast<u_int>(authentication_.size()), octets(text), text.size(),
                       key, &size) == SNMPERR_SUCCESS;
  }

  const store::SnmpDestination& to_;
  std::string user_;
  std::vector<oid> authentication_{std::begin(usmHMAC192SHA256AuthProtocol), std::end(usmHMAC192SHA256AuthProtocol)};
  std::vector<oid> privacy_{std::begin(usmAESPrivProtocol), std::end(usmAESPrivProtocol)};
};

/// A trap's authority is its sender: our engine, which then is not looked for at the receiver (RFC 3414 §3.1).
void take_authority(netsnmp_session& session, const EngineNow& own) {
  session.securityEngineID = session.contextEngineID = octets(base::as_text(own.engine.id));
  session.securityEngineIDLen = session.contextEngineIDLen = own.engine.id.size();
  session.engineBoots = own.engine.boots;
  session.engineTime = own.seconds;
}

/// Wiped, as it has held keys.
struct SessionSettings {
  SessionSettings() { snmp_sess_init(&value); }
  ~SessionSettings() {
    base::secure_wipe({value.securityAuthKey, sizeof value.securityAuthKey});
    base::secure_wipe({value.securityPrivKey, sizeof value.securityPrivKey});
  }
  SessionSettings(const SessionSettings&) = delete;
  SessionSettings& operator=(const SessionSettings&) = delete;
  netsnmp_session value{};
};

tl::unexpected<base::Error> not_sent(int error) {
  const char* const why = snmp_api_errstring(error);
  return base::fail("snmp.not-sent", std::string("The notification could not be sent: ") + (why ? why : "") + ".");
}

int error_of(void* session) {
  int error = 0;
  int system_error = 0;
  char* text = nullptr;
  snmp_sess_error(session, &system_error, &error, &text);
  std::free(text);
  return error;
}

base::Result<Delivery> exchange(void* session, Pdu pdu) {
  if (pdu->command == SNMP_MSG_TRAP2) {
    if (snmp_sess_send(session, pdu.get()) == 0) return not_sent(error_of(session));
    static_cast<void>(pdu.release());
    return Delivery::sent;
  }
  netsnmp_pdu* response = nullptr;
  const int status = snmp_sess_synch_response(session, pdu.release(), &response);
  const Pdu answer(response);
  if (status == STAT_TIMEOUT) return Delivery::unanswered;
  if (status != STAT_SUCCESS || !answer) {
    // A v3 inform begins with looking for the receiver's engine, which may stay unanswered, too.
    const int error = error_of(session);
    if (error == SNMPERR_TIMEOUT) return Delivery::unanswered;
    return not_sent(error);
  }
  if (answer->errstat == SNMP_ERR_NOERROR) return Delivery::acknowledged;
  return base::fail("snmp.not-sent", std::string("The manager refused the inform: ") +
                                         snmp_errstring(static_cast<int>(answer->errstat)) + ".");
}

}  // namespace

base::Result<Delivery> deliver_by_snmp(const store::SnmpDestination& to, const Notification& what,
                                       const std::optional<EngineNow>& own, const SnmpPatience& patience) {
  const bool inform = to.kind == store::SnmpKind::inform;
  const bool v3 = to.version == store::SnmpVersion::v3;
  if (v3 && !inform && !own) {
    return base::fail("snmp.no-engine", "There is no SNMP engine id, so SNMPv3 traps cannot be sent.");
  }
  const auto lock = use_snmp_library();
  SessionSettings settings;
  netsnmp_session& session = settings.value;
  std::string peer = peer_of(to);
  Security security(to);
  session.peername = peer.data();
  session.timeout = static_cast<long>(std::chrono::microseconds(patience.timeout).count());
  session.retries = static_cast<int>(patience.retries);
  session.version = v3 ? SNMP_VERSION_3 : SNMP_VERSION_2c;
  if (v3) {
    if (!security.fill(session)) return not_sent(SNMPERR_KT_NOT_AVAILABLE);
    if (!inform) take_authority(session, *own);
  } else {
    session.community = octets(to.community.reveal());
    session.community_len = to.community.size();
  }
  const Session open(snmp_sess_open(&session));
  if (!open) return not_sent(session.s_snmp_errno);
  Pdu pdu = encode(what, to.kind);
  if (!pdu) return not_sent(SNMPERR_MALLOC);
  return exchange(open.get(), std::move(pdu));
}

}  // namespace cadenas::alarms
