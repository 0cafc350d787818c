#include "pbx/party.hpp"

#include "sip/flow.hpp"

namespace cadenas::pbx {

namespace {

std::string_view name_of(media::DtlsState state) {
  switch (state) {
    case media::DtlsState::waiting:
      return "waiting";
    case media::DtlsState::handshaking:
      return "handshaking";
    case media::DtlsState::established:
      return "established";
    case media::DtlsState::failed:
      break;
  }
  return "failed";
}

std::string_view name_of(media::IceState state) {
  switch (state) {
    case media::IceState::waiting:
      return "waiting";
    case media::IceState::checked:
      return "checked";
    case media::IceState::nominated:
      break;
  }
  return "nominated";
}

constexpr std::string_view sdes = "SDES";
constexpr std::string_view dtls_srtp = "DTLS-SRTP";

std::string padlock_reason(const Party& party, const LegView& view, const media::SideStats* stats) {
  if (party.slot) {
    return "Voice of this leg is in time slot " + party.slot->text() +
           " of this system's own TDM bus: no packet carries it, so there is nothing to encrypt.";
  }
  const std::string whom = party.who.trunk ? "trunk" : "phone";
  if (!party.media || !party.media->agreed()) return "No media is agreed yet.";
  if (!party.media->encrypted()) {
    if (!party.decision.allowed()) return "Voice is clear. " + failing_sentences(party.decision);
    return "Voice is clear. " +
           (party.clear_reason.empty() ? "The " + whom + " did not agree on a key." : party.clear_reason);
  }
  if (view.packets_clear > 0 || view.packets_sent_clear > 0) {
    return "A suite is agreed now, but " + std::to_string(view.packets_clear + view.packets_sent_clear) +
           " packets of this call were clear.";
  }
  if (view.key_exchange == dtls_srtp && view.dtls_state != name_of(media::DtlsState::established)) {
    return "DTLS-SRTP is agreed, and there are no keys: no voice passes. " +
           (stats && stats->dtls && stats->dtls->failure != media::DtlsFailure::none
                ? std::string(media::code(stats->dtls->failure)) + ": " +
                      std::string(media::sentence(stats->dtls->failure))
            : view.ice_state == name_of(media::IceState::waiting)
                ? "No check of ICE has shown where the " + whom + " is."
                : "The handshake with the " + whom + " is not done yet.");
  }
  if (view.packets_relayed > 0) {
    return view.srtp_suite + " is agreed and its keys are with an external relay, which says that it let " +
           std::to_string(view.packets_relayed) + " packets of the " + whom + " in and refused " +
           std::to_string(view.relay_errors) + ". This system counted none itself: no proof, so the padlock is open.";
  }
  if (view.packets_authenticated == 0) {
    return "A suite is agreed, but no packet of the " + whom + " was authenticated so far.";
  }
  return view.srtp_suite + " (keys by " + view.key_exchange + "): " + std::to_string(view.packets_authenticated) +
         " packets of the " + whom + " authenticated, none clear.";
}

}  // namespace

std::string failing_sentences(const policy::Decision& decision) {
  std::string out;
  for (const policy::Condition condition : decision.failing()) {
    const auto& text = policy::text(condition);
    if (!out.empty()) out += " ";
    out += std::string(text.code) + ": " + std::string(text.sentence);
  }
  return out;
}

LegView view_of(const Party& party, const media::SideStats* stats, const media::tdm::SlotStats* slot) {
  LegView view;
  view.number = party.who.number;
  if (party.who.trunk) view.trunk = party.who.trunk->name;
  view.direction = party.calls ? "calls" : "is called";
  view.state = party.gone ? "ended" : party.confirmed ? "confirmed" : "early";
  view.user_agent = party.user_agent;
  if (const sip::Flow* flow = party.leg->flow()) {
    view.transport = sip::to_string(flow->transport);
    view.remote = flow->remote.to_string();
    if (flow->tls) {
      view.tls_version = flow->tls->version;
      view.tls_cipher = flow->tls->cipher;
    }
  }
  if (party.slot) {
    view.transport = "TDM";
    view.port = party.slot->text();
  }
  if (slot) {
    view.slot_heard = slot->heard;
    view.slot_said = slot->said;
    view.slot_missed = slot->missed;
  }
  view.verdicts.assign(party.decision.verdicts.begin(), party.decision.verdicts.end());
  if (party.media && party.media->agreed()) {
    if (const auto suite = party.media->suite()) view.srtp_suite = media::facts(*suite).sdp_name;
    if (party.media->encrypted()) view.key_exchange = party.media->uses_dtls() ? dtls_srtp : sdes;
    if (party.media->uses_ice()) view.ice_state = name_of(media::IceState::waiting);
    view.media_state = sip::to_string(party.media->local_audio().direction);
  }
  if (stats) {
    const media::FlowStats& now = stats->rtp;
    const media::FlowStats& then = party.before.rtp;
    view.packets_authenticated = now.rx_authenticated - then.rx_authenticated;
    view.packets_rejected = now.rx_auth_failed + now.rx_clear_refused - then.rx_auth_failed - then.rx_clear_refused;
    view.packets_replayed = now.rx_replayed - then.rx_replayed;
    view.packets_clear = now.rx_clear - then.rx_clear;
    view.packets_encrypted = now.tx_encrypted - then.tx_encrypted;
    view.packets_sent_clear = now.tx_clear - then.tx_clear;
    view.packets_relayed = now.rx_relayed - then.rx_relayed;
    view.relay_errors = now.rx_relay_errors - then.rx_relay_errors;
  }
  if (stats && stats->dtls && view.key_exchange == dtls_srtp) {
    view.dtls_state = name_of(stats->dtls->state);
    view.dtls_failure = media::code(stats->dtls->failure);
    if (stats->receive_suite) view.srtp_suite = media::facts(*stats->receive_suite).sdp_name;
  }
  if (stats && stats->ice && !view.ice_state.empty()) view.ice_state = name_of(stats->ice->state);
  view.padlock = !view.srtp_suite.empty() && view.packets_authenticated > 0 && view.packets_clear == 0 &&
                 view.packets_sent_clear == 0 && view.packets_relayed == 0;
  view.reason = padlock_reason(party, view, stats);
  return view;
}

store::CallRecord record_of(const CallView& view) {
  store::CallRecord record;
  record.id = view.id;
  record.from = view.from;
  record.to = view.to;
  record.started = view.started;
  record.answered = view.answered;
  record.ended = view.ended.value_or(view.started);
  record.cause = view.cause;
  for (const LegView& leg : view.legs) {
    store::LegRecord kept;
    kept.party = leg.number;
    kept.transport = leg.transport;
    kept.tls_version = leg.tls_version;
    kept.tls_cipher = leg.tls_cipher;
    kept.srtp_suite = leg.srtp_suite;
    kept.key_exchange = leg.key_exchange;
    kept.packets_authenticated = leg.packets_authenticated;
    kept.packets_rejected = leg.packets_rejected;
    kept.packets_replayed = leg.packets_replayed;
    kept.packets_clear = leg.packets_clear;
    kept.padlock = leg.padlock;
    for (const policy::Verdict& verdict : leg.verdicts) {
      if (!verdict.holds) kept.failing.emplace_back(policy::code(verdict.condition));
    }
    record.legs.push_back(std::move(kept));
  }
  return record;
}

}  // namespace cadenas::pbx
