#include "sip/transaction_machine.hpp"

#include <span>

namespace cadenas::sip {
namespace {

using State = TransactionState;
using Event = TransactionEvent;
using enum Action;

struct Row {
  State state;
  Event event;
  Step step;
};

// RFC 3261 figure 5 with RFC 6026 §7.2 and figure 8 there. Over a reliable transport timer A is never started. A flow
// that closes also ends a transaction in proceeding: its response could not arrive any more.
constexpr Row client_invite[] = {
    {State::trying, Event::retransmit, {resend | backoff, State::trying}},
    {State::trying, Event::timeout, {report_timeout, State::terminated}},
    {State::trying, Event::transport_error, {report_error, State::terminated}},
    {State::trying, Event::provisional, {pass_up, State::proceeding}},
    {State::trying, Event::success, {pass_up | start_linger, State::accepted}},
    {State::trying, Event::failure, {ack | pass_up | start_linger, State::completed}},
    {State::proceeding, Event::provisional, {pass_up, State::proceeding}},
    {State::proceeding, Event::success, {pass_up | start_linger, State::accepted}},
    {State::proceeding, Event::failure, {ack | pass_up | start_linger, State::completed}},
    {State::proceeding, Event::timeout, {report_timeout, State::terminated}},
    {State::proceeding, Event::transport_error, {report_error, State::terminated}},
    {State::completed, Event::failure, {ack, State::completed}},
    {State::completed, Event::transport_error, {none, State::terminated}},
    {State::completed, Event::linger, {none, State::terminated}},
    {State::accepted, Event::success, {pass_up, State::accepted}},
    {State::accepted, Event::transport_error, {none, State::terminated}},
    {State::accepted, Event::linger, {none, State::terminated}},
};

// RFC 3261 figure 6.
constexpr Row client_other[] = {
    {State::trying, Event::retransmit, {resend | backoff, State::trying}},
    {State::trying, Event::timeout, {report_timeout, State::terminated}},
    {State::trying, Event::transport_error, {report_error, State::terminated}},
    {State::trying, Event::provisional, {pass_up, State::proceeding}},
    {State::trying, Event::success, {pass_up | start_linger, State::completed}},
    {State::trying, Event::failure, {pass_up | start_linger, State::completed}},
    {State::proceeding, Event::retransmit, {resend | backoff, State::proceeding}},
    {State::proceeding, Event::timeout, {report_timeout, State::terminated}},
    {State::proceeding, Event::transport_error, {report_error, State::terminated}},
    {State::proceeding, Event::provisional, {pass_up, State::proceeding}},
    {State::proceeding, Event::success, {pass_up | start_linger, State::completed}},
    {State::proceeding, Event::failure, {pass_up | start_linger, State::completed}},
    {State::completed, Event::transport_error, {none, State::terminated}},
    {State::completed, Event::linger, {none, State::terminated}},
};

// RFC 3261 figure 7 with RFC 6026 §7.1 and figure 7 there. The user hears of a lost flow by on_flow_closed.
constexpr Row server_invite[] = {
    {State::proceeding, Event::request, {resend, State::proceeding}},
    {State::proceeding, Event::provisional, {send, State::proceeding}},
    {State::proceeding, Event::success, {send | start_linger, State::accepted}},
    {State::proceeding, Event::failure, {send | start_retransmit | start_timeout, State::completed}},
    {State::proceeding, Event::transport_error, {none, State::terminated}},
    {State::completed, Event::request, {resend, State::completed}},
    {State::completed, Event::retransmit, {resend | backoff, State::completed}},
    {State::completed, Event::ack, {start_linger, State::confirmed}},
    {State::completed, Event::timeout, {report_timeout, State::terminated}},
    {State::completed, Event::transport_error, {none, State::terminated}},
    {State::confirmed, Event::linger, {none, State::terminated}},
    {State::confirmed, Event::transport_error, {none, State::terminated}},
    {State::accepted, Event::ack, {pass_up, State::accepted}},
    {State::accepted, Event::success, {send, State::accepted}},
    {State::accepted, Event::linger, {none, State::terminated}},
    {State::accepted, Event::transport_error, {none, State::terminated}},
};

// RFC 3261 figure 8.
constexpr Row server_other[] = {
    {State::trying, Event::provisional, {send, State::proceeding}},
    {State::trying, Event::success, {send | start_linger, State::completed}},
    {State::trying, Event::failure, {send | start_linger, State::completed}},
    {State::trying, Event::transport_error, {none, State::terminated}},
    {State::proceeding, Event::request, {resend, State::proceeding}},
    {State::proceeding, Event::provisional, {send, State::proceeding}},
    {State::proceeding, Event::success, {send | start_linger, State::completed}},
    {State::proceeding, Event::failure, {send | start_linger, State::completed}},
    {State::proceeding, Event::transport_error, {none, State::terminated}},
    {State::completed, Event::request, {resend, State::completed}},
    {State::completed, Event::transport_error, {none, State::terminated}},
    {State::completed, Event::linger, {none, State::terminated}},
};

std::span<const Row> rows(Machine machine) {
  switch (machine) {
    case Machine::client_invite:
      return client_invite;
    case Machine::client_other:
      return client_other;
    case Machine::server_invite:
      return server_invite;
    case Machine::server_other:
      return server_other;
  }
  return {};
}

}  // namespace

Step step(Machine machine, TransactionState state, TransactionEvent event) {
  for (const Row& row : rows(machine)) {
    if (row.state == state && row.event == event) return row.step;
  }
  return {Action::none, state};
}

TransactionState initial_state(Machine machine) {
  return machine == Machine::server_invite ? TransactionState::proceeding : TransactionState::trying;
}

TransactionEvent event_of(int status) {
  return status < 200   ? TransactionEvent::provisional
         : status < 300 ? TransactionEvent::success
                        : TransactionEvent::failure;
}

}  // namespace cadenas::sip
