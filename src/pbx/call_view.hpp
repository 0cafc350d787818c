#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "policy/decision.hpp"

namespace cadenas::pbx {

enum class CallState : std::uint8_t { trying, ringing, answered, ended };
constexpr std::string_view to_string(CallState state) {
  constexpr std::string_view names[]{"trying", "ringing", "answered", "ended"};
  return names[static_cast<std::size_t>(state)];
}

/// How voice arrives on a leg that ends at the media board, by RTCP (RFC 3550 §6.4). Percent and milliseconds.
struct LegQuality {
  double loss_from = 0;  ///< of what the phone sent, as we count it
  double jitter_from = 0;
  std::optional<double> loss_to{};  ///< of what we sent lately, as the phone reports it; none: it has reported nothing
  double jitter_to = 0;
  std::optional<double> round_trip{};
};

/// One leg of a call as API, CLI, call records and pages show it: a value. Never holds a key.
struct LegView {
  std::string number;
  std::string trunk;      ///< name of the trunk it is reached by; empty for a phone
  std::string direction;  ///< seen from the phone: "calls" or "is called"
  std::string state;      ///< "early", "confirmed", "ended"
  std::string user_agent;
  std::string transport;    ///< "UDP", "TCP", "TLS", "WSS", and "TDM" for a port
  std::string remote;       ///< address:port of the phone
  std::string tls_version;  ///< empty without TLS
  std::string tls_cipher;
  /// Agreed in SDP, or by the DTLS handshake once it is done, as the RFC names it; empty where voice is clear.
  std::string srtp_suite;
  std::string key_exchange;                 ///< "SDES", "DTLS-SRTP"; empty where no keys are agreed
  std::string dtls_state;                   ///< "waiting", "handshaking", "established", "failed"; empty without DTLS
  std::string dtls_failure;                 ///< code of why the last handshake failed ("dtls.fingerprint"); else empty
  std::string ice_state;                    ///< "waiting", "checked", "nominated"; empty without ICE
  std::string media_state;                  ///< "sendrecv", "sendonly" …: what we last told the phone
  std::uint64_t packets_authenticated = 0;  ///< SRTP packets from the phone, tag verified
  std::uint64_t packets_rejected = 0;       ///< failed authentication, or clear where SRTP was agreed
  std::uint64_t packets_replayed = 0;
  std::uint64_t packets_clear = 0;      ///< plain RTP from the phone
  std::uint64_t packets_encrypted = 0;  ///< SRTP packets sent to the phone
  std::uint64_t packets_sent_clear = 0;
  /// Packets of the phone that an external relay says it let in, decrypted where a suite is agreed, and refused. They
  /// are its word: such a leg never has a locked padlock.
  std::uint64_t packets_relayed = 0;
  std::uint64_t relay_errors = 0;
  /// "shelf/line/slot" of a leg on the TDM bus, which has no packets; empty for one that has.
  std::string port{};
  std::uint64_t slot_heard = 0;   ///< frames of 20 ms from the port
  std::uint64_t slot_said = 0;    ///< to the port
  std::uint64_t slot_missed = 0;  ///< that did not come in time
  /// SRTP really in use: a suite agreed, packets authenticated, none clear in either direction.
  bool padlock = false;
  std::string reason;                     ///< one sentence: why the padlock is as it is
  std::vector<policy::Verdict> verdicts;  ///< every condition (RIGHT-9)
  std::optional<LegQuality> quality{};    ///< of a member of a conference
};

/// The whole of a conference, which no padlock of a phone can show (CONF-7).
struct RoomView {
  /// Or "intrusion", "listen-in", "intervention": somebody in a call of two others; "three-way": of a set's two calls.
  std::string purpose = "room";
  bool encrypted = false;             ///< every member can encrypt, and all legs are to be so
  bool locked = false;                ///< nobody else is let in
  std::string reason;                 ///< sentences: how it stands, and who keeps it from being encrypted
  std::vector<std::string> speaking;  ///< numbers of who is heard now
  std::vector<std::string> waiting;   ///< numbers of who has not given the PIN yet
  std::vector<std::string> called;    ///< numbers that ring to be brought in
  std::vector<std::string> links;     ///< numbers of the rooms that hear this one and are judged with it (CONF-4)
  std::vector<std::string>
      refused_links;  ///< numbers of rooms that are to be linked, as soon as all agree on clear voice
};

struct CallView {
  std::string id;
  std::string from;
  std::string to;
  CallState state = CallState::trying;
  base::WallTime started{};
  std::optional<base::WallTime> answered;
  std::optional<base::WallTime> ended;
  std::string cause;              ///< empty while the call lives
  std::string relay;              ///< the rtpengine that carries the voice; empty: the embedded board
  bool media_lost = false;        ///< that relay does not have it any more, and no other has taken over yet
  unsigned media_moves = 0;       ///< how often another one took over; packets are counted since the last time
  std::string conference;         ///< id of the conference that both parties are in while somebody breaks into the call
  std::string conference_reason;  ///< a sentence: who does, and what it means for the voice
  std::vector<LegView> legs;      ///< the caller's first
  std::optional<RoomView> room{};  ///< of a conference, whose legs are those of its members
};

}  // namespace cadenas::pbx
