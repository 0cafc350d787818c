#include "apps/cli/views.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <ostream>

#include "apps/cli/answer_text.hpp"
#include "apps/cli/table.hpp"

namespace cadenas::apps::cli {

namespace {

using boost::json::value;

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + " " + b;
}

std::string tls(const value& leg) {
  return joined(text(leg, "tls_version"), text(leg, "tls_cipher"));
}

std::string padlock(const value& leg) {
  return flag(leg, "padlock") ? "locked" : "open";
}

void show_leg(std::ostream& out, const value& leg) {
  const std::string trunk = text(leg, "trunk");
  out << "\nLeg " << joined(text(leg, "number"), text(leg, "direction"))
      << (trunk.empty() ? "" : ", by the trunk " + trunk) << '\n';
  const std::string suite = text(leg, "srtp_suite");
  const std::string exchange = text(leg, "key_exchange");
  const std::string port = text(leg, "port");
  const std::string clear = port.empty() ? "clear (RTP)" : "time slot " + port + ", no packets";
  print_fields(out,
               {{"padlock", padlock(leg)},
                {"reason", text(leg, "reason")},
                {"signalling", joined(text(leg, "transport"), tls(leg))},
                {"phone", joined(text(leg, "remote"), text(leg, "user_agent"))},
                {"voice", suite.empty() ? exchange.empty() ? clear : "none: no keys yet" : "SRTP " + suite},
                {"keys by", exchange},
                {"ICE", text(leg, "ice_state")},
                {"DTLS", joined(text(leg, "dtls_state"), text(leg, "dtls_failure"))},
                {"received", text(leg, "packets_authenticated") + " authenticated, " + text(leg, "packets_rejected") +
                                 " rejected, " + text(leg, "packets_replayed") + " replayed, " +
                                 text(leg, "packets_clear") + " clear"},
                {"sent", text(leg, "packets_encrypted").empty() ? ""
                                                                : text(leg, "packets_encrypted") + " encrypted, " +
                                                                      text(leg, "packets_sent_clear") + " clear"},
                {"relay says",
                 text(leg, "packets_relayed").empty() || text(leg, "packets_relayed") == "0"
                     ? ""
                     : text(leg, "packets_relayed") + " let in, " + text(leg, "relay_errors") + " refused; not proof"},
                {"time slot", port.empty() ? ""
                                           : text(leg, "slot_heard") + " frames heard, " + text(leg, "slot_said") +
                                                 " said, " + text(leg, "slot_missed") + " missed"},
                {"failing", text(leg, "failing")}},
               "  ");
}

void show_head(std::ostream& out, const value& call) {
  out << "Call " << text(call, "id") << ": " << text(call, "from") << " -> " << text(call, "to") << '\n';
  if (const std::string in = text(call, "conference"); !in.empty()) {
    out << "In conference " << in << ": " << text(call, "conference_reason") << '\n';
  }
  if (const value* room = call.as_object().if_contains("room")) {
    if (const std::string purpose = text(*room, "purpose"); purpose != "room") out << "Purpose: " << purpose << ". ";
    out << "Conference " << (flag(*room, "encrypted") ? "ENCRYPTED" : "CLEAR")
        << (flag(*room, "locked") ? ", locked. " : ". ") << text(*room, "reason") << '\n';
    if (const std::string who = text(*room, "speaking"); !who.empty()) out << "Speaking now: " << who << '\n';
    if (const std::string who = text(*room, "waiting"); !who.empty()) out << "Without the PIN yet: " << who << '\n';
    if (const std::string who = text(*room, "called"); !who.empty()) out << "Being called: " << who << '\n';
    if (const std::string all = text(*room, "links"); !all.empty()) out << "Linked to: " << all << '\n';
    if (const std::string all = text(*room, "refused_links"); !all.empty()) {
      out << "To be linked, when all agree on clear voice: " << all << '\n';
    }
  }
  const std::string relay = text(call, "relay");
  if (!relay.empty()) {
    out << "Voice by external relay " << relay
        << (flag(call, "media_lost") ? ": MEDIA LOST, it does not answer for this call\n" : "\n");
  }
  if (const std::string moves = text(call, "media_moves"); !moves.empty() && moves != "0") {
    out << "Voice moved to another relay " << moves << " times; packets are counted since the last time\n";
  }
}

std::string intrusion(const value& s) {
  std::string out;
  const auto add = [&](const char* member, const char* word) {
    if (!flag(s, member)) return;
    if (!out.empty()) out += ", ";
    out += word;
  };
  add("intrusion_right", "may intrude");
  add("listen_right", "may listen in");
  add("intrusion_protected", "protected");
  return out.empty() ? "-" : out;
}

}  // namespace

void show_status(std::ostream& out, const value& answer) {
  std::string listening;
  for (const value& listener : list(answer, "listeners")) {
    if (!listening.empty()) listening += ", ";
    listening += joined(text(listener, "transport"), text(listener, "address"));
  }
  print_fields(out, {{"version", text(answer, "version")},
                     {"system id", text(answer, "system_id")},
                     {"up", text(answer, "uptime_s") + " s"},
                     {"mode", text(answer, "mode")},
                     {"listening", listening},
                     {"encryption unlocked", text(answer, "encryption_unlocked")},
                     {"voice encryption", text(answer, "voice_encryption")},
                     {"certificate", joined(text(answer, "certificate_state"),
                                            text(answer, "certificate_not_after").empty()
                                                ? ""
                                                : "until " + short_time(answer, "certificate_not_after"))},
                     {"subscriptions", text(answer, "subscriptions")},
                     {"registrations", text(answer, "registrations")},
                     {"calls", text(answer, "calls")}});
  for (const value& warning : list(answer, "warnings")) {
    out << "! " << text(warning, "message") << " [" << text(warning, "code") << "]\n";
    if (const std::string where = text(warning, "where"); !where.empty()) out << "  where: " << where << '\n';
  }
}

void show_subscriptions(std::ostream& out, const value& answer) {
  Table table({"NUMBER", "NAME", "TERMINAL", "RIGHT", "CLASS", "SRTP MODE", "OFFER", "INTRUSION"});
  for (const value& s : list(answer, "subscriptions")) {
    table.add({text(s, "number"), text(s, "display_name"), text(s, "terminal"), text(s, "encryption_right"),
               text(s, "facility_class"), text(s, "srtp_mode"), text(s, "offer_style"), intrusion(s)});
  }
  table.print(out);
}

void show_subscription(std::ostream& out, const value& s) {
  print_fields(out, {{"number", text(s, "number")},
                     {"name", text(s, "display_name")},
                     {"auth user", text(s, "auth_user")},
                     {"terminal", text(s, "terminal")},
                     {"right to encryption", text(s, "encryption_right")},
                     {"class of facility", text(s, "facility_class")},
                     {"sip srtp mode", text(s, "srtp_mode")},
                     {"offer style", text(s, "offer_style")},
                     {"intrusion", intrusion(s)}});
}

void show_registrations(std::ostream& out, const value& answer) {
  Table table({"NUMBER", "TRANSPORT", "FROM", "TLS", "EXPIRES", "PHONE"});
  for (const value& r : list(answer, "registrations")) {
    table.add({text(r, "number"), text(r, "transport"), text(r, "remote"), tls(r), text(r, "expires_in_s") + " s",
               text(r, "user_agent")});
  }
  table.print(out);
}

void show_calls(std::ostream& out, const value& answer) {
  Table table({"ID", "FROM", "TO", "STATE", "STARTED", "PADLOCKS", "CAUSE"});
  const auto& calls = list(answer, "calls").empty() ? list(answer, "call_records") : list(answer, "calls");
  for (const value& call : calls) {
    std::string locks;
    for (const value& leg : list(call, "legs")) locks += (locks.empty() ? "" : " / ") + padlock(leg);
    table.add({text(call, "id"), text(call, "from"), text(call, "to"), text(call, "state"), short_time(call, "started"),
               locks, text(call, "cause")});
  }
  table.print(out);
}

void show_call(std::ostream& out, const value& call) {
  show_head(out, call);
  print_fields(out, {{"state", text(call, "state")},
                     {"started", short_time(call, "started")},
                     {"answered", short_time(call, "answered")},
                     {"ended", short_time(call, "ended")},
                     {"cause", text(call, "cause")}});
  for (const value& leg : list(call, "legs")) show_leg(out, leg);
}

void show_explanation(std::ostream& out, const value& call) {
  show_head(out, call);
  if (!flag(call, "in_progress")) out << "It has ended: only the conditions that did not hold were kept.\n";
  for (const value& leg : list(call, "legs")) {
    show_leg(out, leg);
    for (const value& condition : list(leg, "conditions")) {
      if (!flag(condition, "applies")) continue;
      const bool holds = flag(condition, "holds");
      out << "  " << (holds ? "✔ " : "✘ ") << text(condition, "requirement") << "  " << text(condition, "name") << '\n';
      if (holds) continue;
      print_fields(out,
                   {{text(condition, "code"), text(condition, "sentence")},
                    {"change it", text(condition, "where")},
                    {"menu", text(condition, "where_fr")}},
                   "      ");
    }
  }
}

void show_findings(std::ostream& out, const value& answer) {
  for (const value& finding : list(answer, "findings")) {
    out << text(finding, "severity") << ": " << text(finding, "message") << " [" << text(finding, "code")
        << (text(finding, "field").empty() ? "" : ", " + text(finding, "field")) << "]\n";
  }
}

void show_settings(std::ostream& out, const value& s) {
  print_fields(out, {{"realm", text(s, "realm")},
                     {"mode", text(s, "mode")},
                     {"voice encryption", text(s, "voice_encryption")},
                     {"inter-iPBX encryption", text(s, "inter_ipbx_encryption")},
                     {"TEL addresses", text(s, "tel_addresses")},
                     {"ADMIN addresses", text(s, "admin_addresses")},
                     {"FQDNs", text(s, "fqdns")},
                     {"certificates bound", text(s, "bind_phone_certificates")},
                     {"refuse without CRL", text(s, "refuse_without_crl")},
                     {"refuse on stale CRL", text(s, "refuse_on_stale_crl")},
                     {"CRL addresses", text(s, "crl_uris")}});
}

void show_licence(std::ostream& out, const value& answer) {
  print_fields(out, {{"system id", text(answer, "system_id")},
                     {"encryption", flag(answer, "encryption") ? "unlocked" : "locked"}});
}

void show_media(std::ostream& out, const value& answer) {
  print_fields(out, {{"embedded board", text(answer, "board_sessions") + " sessions"}});
  if (list(answer, "relays").empty()) return;
  print_fields(out, {{"no relay up", text(answer, "when_none_is_up")},
                     {"so far", text(answer, "fallbacks") + " sessions on the board for want of a relay"}});
  Table table({"RTPENGINE", "STATE", "SINCE", "WEIGHT", "SESSIONS", "OPENED", "LOST", "REASON"});
  for (const value& r : list(answer, "relays")) {
    table.add({text(r, "control"), text(r, "state"), short_time(r, "since"), text(r, "weight"), text(r, "sessions"),
               text(r, "opened"), text(r, "lost"), text(r, "reason")});
  }
  table.print(out);
}

void show_alarms(std::ostream& out, const value& answer) {
  Table table({"ID", "SEVERITY", "SINCE", "CODE", "OBJECT", "SEEN BY", "DETAIL"});
  for (const value& a : list(answer, "alarms")) {
    table.add({text(a, "id"), text(a, "severity"), short_time(a, "raised"), text(a, "code"), text(a, "object"),
               text(a, "acknowledged_by"), text(a, "detail")});
  }
  table.print(out);
  for (const value& a : list(answer, "alarms")) out << text(a, "code") << ": " << text(a, "remedy") << '\n';
}

void show_journal(std::ostream& out, const value& answer) {
  Table table({"AT", "ACTOR", "CODE", "SUBJECT", "MESSAGE"});
  for (const value& e : list(answer, "journal")) {
    table.add({short_time(e, "at"), text(e, "actor"), text(e, "code"), text(e, "subject"), text(e, "message")});
  }
  table.print(out);
}

void show_classes(std::ostream& out, const value& answer) {
  Table table({"CLASS", "RIGHT"});
  for (const value& c : list(answer, "classes")) table.add({text(c, "name"), text(c, "encryption_right")});
  table.print(out);
}

}  // namespace cadenas::apps::cli
