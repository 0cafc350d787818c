#pragma once

#include <cstdint>
#include <string_view>

namespace cadenas::sip {

/// The four transaction machines of RFC 3261 §17 with the corrections of RFC 6026, as data.
enum class Machine : std::uint8_t { client_invite, client_other, server_invite, server_other };

enum class TransactionState : std::uint8_t {
  trying,      ///< client INVITE: "Calling"; server INVITE begins in proceeding
  proceeding,  ///< provisional response seen or sent
  completed,   ///< final response seen or sent; for INVITE 300-699
  confirmed,   ///< server INVITE: ACK to 300-699 seen
  accepted,    ///< INVITE: 2xx seen or sent (RFC 6026)
  terminated,
};

enum class TransactionEvent : std::uint8_t {
  provisional,      ///< client: 1xx came; server: the user sends one
  success,          ///< 2xx, likewise
  failure,          ///< 300-699, likewise
  request,          ///< server: a retransmission came
  ack,              ///< server INVITE: an ACK with the transaction's branch came
  retransmit,       ///< timer A, E or G
  timeout,          ///< timer B, F or H
  linger,           ///< timer D, I, J, K, L or M
  transport_error,  ///< the flow is closed or does not take the message
};

/// What a step does, several at a time.
enum class Action : std::uint16_t {
  none = 0,
  send = 1,               ///< server: the user's response; kept for retransmission
  resend = 2,             ///< the request or the last response again
  ack = 4,                ///< client INVITE: ACK to 300-699 (§17.1.1.3)
  pass_up = 8,            ///< the response or the ACK goes to the user
  report_timeout = 16,    ///< on_failed(timeout); server: nobody to tell but the counters
  report_error = 32,      ///< on_failed(transport)
  start_retransmit = 64,  ///< timer G, over unreliable transport only
  start_timeout = 128,    ///< timer H
  start_linger = 256,     ///< timer D, I, J, K, L or M
  backoff = 512,          ///< the retransmission timer again: doubled (E, G: up to T2; E in proceeding: T2)
};
constexpr Action operator|(Action a, Action b) {
  return static_cast<Action>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Action set, Action one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

struct Step {
  Action actions = Action::none;
  TransactionState next = TransactionState::terminated;
  friend bool operator==(const Step&, const Step&) = default;
};

/// The row of the table; an event the RFC does not name for the state does nothing and stays.
Step step(Machine machine, TransactionState state, TransactionEvent event);
/// Where a machine begins.
TransactionState initial_state(Machine machine);
/// The event that a status is.
TransactionEvent event_of(int status);

}  // namespace cadenas::sip
