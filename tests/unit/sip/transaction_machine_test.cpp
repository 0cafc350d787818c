#include "sip/transaction_machine.hpp"

#include <map>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace cadenas::sip {
namespace {

using S = TransactionState;
using E = TransactionEvent;
using Arrows = std::map<std::pair<S, E>, S>;

constexpr S states[] = {S::trying, S::proceeding, S::completed, S::confirmed, S::accepted, S::terminated};
constexpr E events[] = {E::provisional, E::success, E::failure, E::request,        E::ack,
                        E::retransmit,  E::timeout, E::linger,  E::transport_error};

/// Every state × event against the arrows of the RFC's figure; what has no arrow must stay and do nothing.
void walk(Machine machine, const Arrows& arrows) {
  for (const S state : states) {
    for (const E event : events) {
      const Step found = step(machine, state, event);
      const auto arrow = arrows.find({state, event});
      const std::string where = "state " + std::to_string(int(state)) + " event " + std::to_string(int(event));
      if (arrow == arrows.end()) {
        EXPECT_EQ(found, (Step{Action::none, state})) << where;
      } else {
        EXPECT_EQ(found.next, arrow->second) << where;
      }
    }
  }
}

// RFC 3261 figure 5 as RFC 6026 figure 8 corrects it; timeout in proceeding is §9.1 (CANCEL without final response).
TEST(TransactionMachine, ClientInviteFollowsRfc6026Figure8) {
  walk(Machine::client_invite, {{{S::trying, E::retransmit}, S::trying},
                                {{S::trying, E::timeout}, S::terminated},
                                {{S::trying, E::transport_error}, S::terminated},
                                {{S::trying, E::provisional}, S::proceeding},
                                {{S::trying, E::success}, S::accepted},
                                {{S::trying, E::failure}, S::completed},
                                {{S::proceeding, E::provisional}, S::proceeding},
                                {{S::proceeding, E::success}, S::accepted},
                                {{S::proceeding, E::failure}, S::completed},
                                {{S::proceeding, E::timeout}, S::terminated},
                                {{S::proceeding, E::transport_error}, S::terminated},
                                {{S::completed, E::failure}, S::completed},
                                {{S::completed, E::transport_error}, S::terminated},
                                {{S::completed, E::linger}, S::terminated},
                                {{S::accepted, E::success}, S::accepted},
                                {{S::accepted, E::transport_error}, S::terminated},
                                {{S::accepted, E::linger}, S::terminated}});
}

TEST(TransactionMachine, ClientNonInviteFollowsRfc3261Figure6) {
  walk(Machine::client_other, {{{S::trying, E::retransmit}, S::trying},
                               {{S::trying, E::timeout}, S::terminated},
                               {{S::trying, E::transport_error}, S::terminated},
                               {{S::trying, E::provisional}, S::proceeding},
                               {{S::trying, E::success}, S::completed},
                               {{S::trying, E::failure}, S::completed},
                               {{S::proceeding, E::retransmit}, S::proceeding},
                               {{S::proceeding, E::timeout}, S::terminated},
                               {{S::proceeding, E::transport_error}, S::terminated},
                               {{S::proceeding, E::provisional}, S::proceeding},
                               {{S::proceeding, E::success}, S::completed},
                               {{S::proceeding, E::failure}, S::completed},
                               {{S::completed, E::transport_error}, S::terminated},
                               {{S::completed, E::linger}, S::terminated}});
}

TEST(TransactionMachine, ServerInviteFollowsRfc6026Figure7) {
  walk(Machine::server_invite, {{{S::proceeding, E::request}, S::proceeding},
                                {{S::proceeding, E::provisional}, S::proceeding},
                                {{S::proceeding, E::success}, S::accepted},
                                {{S::proceeding, E::failure}, S::completed},
                                {{S::proceeding, E::transport_error}, S::terminated},
                                {{S::completed, E::request}, S::completed},
                                {{S::completed, E::retransmit}, S::completed},
                                {{S::completed, E::ack}, S::confirmed},
                                {{S::completed, E::timeout}, S::terminated},
                                {{S::completed, E::transport_error}, S::terminated},
                                {{S::confirmed, E::linger}, S::terminated},
                                {{S::confirmed, E::transport_error}, S::terminated},
                                {{S::accepted, E::ack}, S::accepted},
                                {{S::accepted, E::success}, S::accepted},
                                {{S::accepted, E::linger}, S::terminated},
                                {{S::accepted, E::transport_error}, S::terminated}});
}

TEST(TransactionMachine, ServerNonInviteFollowsRfc3261Figure8) {
  walk(Machine::server_other, {{{S::trying, E::provisional}, S::proceeding},
                               {{S::trying, E::success}, S::completed},
                               {{S::trying, E::failure}, S::completed},
                               {{S::trying, E::transport_error}, S::terminated},
                               {{S::proceeding, E::request}, S::proceeding},
                               {{S::proceeding, E::provisional}, S::proceeding},
                               {{S::proceeding, E::success}, S::completed},
                               {{S::proceeding, E::failure}, S::completed},
                               {{S::proceeding, E::transport_error}, S::terminated},
                               {{S::completed, E::request}, S::completed},
                               {{S::completed, E::transport_error}, S::terminated},
                               {{S::completed, E::linger}, S::terminated}});
}

TEST(TransactionMachine, TellsTheEventOfAStatus) {
  EXPECT_EQ(event_of(100), E::provisional);
  EXPECT_EQ(event_of(199), E::provisional);
  EXPECT_EQ(event_of(200), E::success);
  EXPECT_EQ(event_of(300), E::failure);
  EXPECT_EQ(event_of(699), E::failure);
}

}  // namespace
}  // namespace cadenas::sip
