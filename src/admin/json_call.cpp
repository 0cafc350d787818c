#include "admin/json_call.hpp"

#include <array>
#include <boost/json/array.hpp>

#include "admin/answers.hpp"
#include "admin/json_text.hpp"
#include "policy/condition.hpp"

namespace cadenas::admin {

namespace {

using boost::json::array;
using boost::json::object;

template <class Time>
boost::json::value optional_time(const Time& at) {
  return at ? boost::json::value(timestamp(*at)) : boost::json::value(nullptr);
}

boost::json::value quality_json(const std::optional<pbx::LegQuality>& quality) {
  if (!quality) return nullptr;
  const auto number = [](const std::optional<double>& of) {
    return of ? boost::json::value(*of) : boost::json::value(nullptr);
  };
  return object{{"loss_from_percent", quality->loss_from},
                {"jitter_from_ms", quality->jitter_from},
                {"loss_to_percent", number(quality->loss_to)},
                {"jitter_to_ms", quality->jitter_to},
                {"round_trip_ms", number(quality->round_trip)}};
}

object leg_json(const pbx::LegView& leg) {
  return {{"number", json_text(leg.number)},
          {"trunk", leg.trunk},
          {"direction", leg.direction},
          {"state", leg.state},
          {"user_agent", json_text(leg.user_agent)},
          {"transport", leg.transport},
          {"remote", leg.remote},
          {"tls_version", leg.tls_version},
          {"tls_cipher", leg.tls_cipher},
          {"srtp_suite", leg.srtp_suite},
          {"key_exchange", leg.key_exchange},
          {"dtls_state", leg.dtls_state},
          {"dtls_failure", leg.dtls_failure},
          {"ice_state", leg.ice_state},
          {"media_state", leg.media_state},
          {"packets_authenticated", leg.packets_authenticated},
          {"packets_rejected", leg.packets_rejected},
          {"packets_replayed", leg.packets_replayed},
          {"packets_clear", leg.packets_clear},
          {"packets_encrypted", leg.packets_encrypted},
          {"packets_sent_clear", leg.packets_sent_clear},
          {"packets_relayed", leg.packets_relayed},
          {"relay_errors", leg.relay_errors},
          {"port", leg.port},
          {"slot_heard", leg.slot_heard},
          {"slot_said", leg.slot_said},
          {"slot_missed", leg.slot_missed},
          {"padlock", leg.padlock},
          {"reason", json_text(leg.reason)},
          {"quality", quality_json(leg.quality)}};
}

object leg_json(const store::LegRecord& leg) {
  return {{"number", json_text(leg.party)},
          {"transport", leg.transport},
          {"tls_version", leg.tls_version},
          {"tls_cipher", leg.tls_cipher},
          {"srtp_suite", leg.srtp_suite},
          {"key_exchange", leg.key_exchange},
          {"packets_authenticated", leg.packets_authenticated},
          {"packets_rejected", leg.packets_rejected},
          {"packets_replayed", leg.packets_replayed},
          {"packets_clear", leg.packets_clear},
          {"padlock", leg.padlock},
          {"failing", array(leg.failing.begin(), leg.failing.end())}};
}

// In the order of policy::Condition, each named for the good case.
constexpr std::array<std::string_view, policy::condition_count> condition_names{
    "licence",
    "right of the subscription",
    "right of the class of facility",
    "voice encryption",
    "inter-iPBX encryption",
    "inter-iPBX encryption of the other system",
    "terminal can encrypt",
    "terminal is set to encrypt",
    "trunk is declared to encrypt",
    "other terminal is no i7xx",
    "signalling is encrypted",
    "signalling of the trunk is encrypted",
    "certificate in service",
    "certificate has begun",
    "certificate has not expired",
    "certificate of the other system",
    "keys in the offer",
};

object condition_json(policy::Condition condition, bool holds, bool applies) {
  const policy::ConditionText& text = policy::text(condition);
  return {{"name", condition_names[static_cast<std::size_t>(condition)]},
          {"code", text.code},
          {"requirement", text.requirement},
          {"holds", holds},
          {"applies", applies},
          {"sentence", text.sentence},
          {"where", text.where_en},
          {"where_fr", text.menu_fr}};
}

array conditions(const pbx::LegView& leg) {
  array out;
  for (const policy::Verdict& verdict : leg.verdicts) {
    out.push_back(condition_json(verdict.condition, verdict.holds, verdict.applies));
  }
  return out;
}

array conditions(const store::LegRecord& leg) {
  array out;
  for (const std::string& code : leg.failing) {
    for (const policy::Condition condition : policy::all_conditions()) {
      if (policy::code(condition) == code) out.push_back(condition_json(condition, false, true));
    }
  }
  return out;
}

template <class Call>
object head(const Call& call) {
  return {{"id", json_text(call.id)}, {"from", json_text(call.from)}, {"to", json_text(call.to)}};
}

template <class Call>
object explain(const Call& call, bool in_progress) {
  object out = head(call);
  out["in_progress"] = in_progress;
  array legs;
  for (const auto& leg : call.legs) {
    object one = leg_json(leg);
    one.erase("failing");
    one["conditions"] = conditions(leg);
    legs.push_back(std::move(one));
  }
  out["legs"] = std::move(legs);
  return out;
}

void add_room(object& out, const pbx::CallView& call) {
  out["conference"] = call.conference;
  out["conference_reason"] = json_text(call.conference_reason);
  if (!call.room) return;
  const auto numbers = [](const std::vector<std::string>& of) {
    array all;
    for (const std::string& number : of) all.emplace_back(json_text(number));
    return all;
  };
  out["room"] = object{{"purpose", call.room->purpose},
                       {"encrypted", call.room->encrypted},
                       {"locked", call.room->locked},
                       {"reason", json_text(call.room->reason)},
                       {"speaking", numbers(call.room->speaking)},
                       {"waiting", numbers(call.room->waiting)},
                       {"called", numbers(call.room->called)},
                       {"links", numbers(call.room->links)},
                       {"refused_links", numbers(call.room->refused_links)}};
}

void add_relay(object& out, const pbx::CallView& call) {
  out["relay"] = call.relay;
  out["media_lost"] = call.media_lost;
  out["media_moves"] = call.media_moves;
}

template <class Call>
array legs_json(const Call& call) {
  array legs;
  for (const auto& leg : call.legs) legs.push_back(leg_json(leg));
  return legs;
}

}  // namespace

object to_json(const pbx::RegistrationView& r) {
  object out{{"number", json_text(r.number)},
             {"contact_uri", json_text(r.contact_uri)},
             {"transport", sip::to_string(r.flow.transport)},
             {"remote", r.flow.remote.to_string()},
             {"local", r.flow.local.to_string()},
             {"tls_version", r.flow.tls ? r.flow.tls->version : ""},
             {"tls_cipher", r.flow.tls ? r.flow.tls->cipher : ""},
             {"peer_verified", r.flow.tls && r.flow.tls->peer_verified},
             {"peer_subject", r.flow.tls ? json_text(r.flow.tls->peer_subject) : ""},
             {"peer_fingerprint", r.flow.tls ? r.flow.tls->peer_fingerprint : ""},
             {"instance", json_text(r.instance)},
             {"reg_id", r.reg_id},
             {"q", static_cast<double>(r.q)},
             {"expires_in_s", r.expires_in_s},
             {"user_agent", json_text(r.user_agent)}};
  return out;
}

object to_json(const pbx::CallView& call) {
  object out = head(call);
  add_relay(out, call);
  add_room(out, call);
  out["state"] = pbx::to_string(call.state);
  out["started"] = timestamp(call.started);
  out["answered"] = optional_time(call.answered);
  out["ended"] = optional_time(call.ended);
  out["cause"] = json_text(call.cause);
  out["legs"] = legs_json(call);
  return out;
}

object to_json(const store::CallRecord& record) {
  object out = head(record);
  out["state"] = "ended";
  out["started"] = timestamp(record.started);
  out["answered"] = optional_time(record.answered);
  out["ended"] = timestamp(record.ended);
  out["cause"] = json_text(record.cause);
  out["legs"] = legs_json(record);
  return out;
}

object explanation(const pbx::CallView& call) {
  object out = explain(call, true);
  add_relay(out, call);
  add_room(out, call);
  return out;
}

object explanation(const store::CallRecord& record) {
  return explain(record, false);
}

}  // namespace cadenas::admin
