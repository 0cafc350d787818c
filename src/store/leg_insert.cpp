#include "store/leg_insert.hpp"

namespace cadenas::store {

LegInsert::LegInsert(soci::session& sql)
    : insert_(
          (sql.prepare
               << "INSERT INTO call_leg (call_seq, position, party, transport, tls_version, tls_cipher,"
                  " srtp_suite, key_exchange, authenticated, rejected, replayed, clear, padlock, failing)"
                  " VALUES (:call, :pos, :party, :transport, :version, :cipher, :suite, :exchange, :ok, :bad, :again,"
                  " :clear, :lock, :why)",
           soci::use(call_), soci::use(position_), soci::use(party_), soci::use(transport_), soci::use(tls_version_),
           soci::use(tls_cipher_), soci::use(srtp_suite_), soci::use(key_exchange_), soci::use(authenticated_),
           soci::use(rejected_), soci::use(replayed_), soci::use(clear_), soci::use(padlock_), soci::use(failing_))) {}

void LegInsert::operator()(long long call, int position, const LegRecord& leg) {
  call_ = call;
  position_ = position;
  party_ = leg.party;
  transport_ = leg.transport;
  tls_version_ = leg.tls_version;
  tls_cipher_ = leg.tls_cipher;
  srtp_suite_ = leg.srtp_suite;
  key_exchange_ = leg.key_exchange;
  authenticated_ = static_cast<long long>(leg.packets_authenticated);
  rejected_ = static_cast<long long>(leg.packets_rejected);
  replayed_ = static_cast<long long>(leg.packets_replayed);
  clear_ = static_cast<long long>(leg.packets_clear);
  padlock_ = leg.padlock ? 1 : 0;
  failing_.clear();
  // Condition codes hold no space.
  for (const std::string& code : leg.failing) {
    if (!failing_.empty()) failing_ += ' ';
    failing_ += code;
  }
  insert_.execute(true);
}

}  // namespace cadenas::store
