#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "sip/transaction_layer.hpp"

namespace cadenas::sip::testing {

/// The other end of every flow: keeps what was sent.
class FakeSender final : public FlowSender {
 public:
  std::vector<std::string> sent;
  bool closed = false;
  base::Result<void> send(const Flow&, std::string_view message) override {
    if (closed) return base::fail("flow.closed", "closed");
    sent.emplace_back(message);
    return {};
  }
  std::string last() const { return sent.empty() ? "" : sent.back(); }
};

class RecordingServer final : public ServerUser {
 public:
  std::vector<std::shared_ptr<ServerTransaction>> requests;
  std::vector<std::shared_ptr<ServerTransaction>> cancelled;
  std::vector<std::string> acks;
  std::vector<std::string> stateless;
  int acks_missing = 0;
  int flows_closed = 0;
  void on_request(const std::shared_ptr<ServerTransaction>& transaction) override { requests.push_back(transaction); }
  void on_cancel(const std::shared_ptr<ServerTransaction>& invite) override { cancelled.push_back(invite); }
  void on_ack(const Flow&, const MessageView& ack) override { acks.emplace_back(ack.call_id()); }
  void on_ack_missing(const std::shared_ptr<ServerTransaction>&) override { ++acks_missing; }
  void on_stateless(const Flow&, const MessageView& request) override { stateless.emplace_back(request.method_name()); }
  void on_flow_closed(const Flow&, CloseReason) override { ++flows_closed; }
};

class RecordingClient final : public ClientUser {
 public:
  std::vector<int> statuses;
  std::vector<TransactionFailure> failures;
  void on_response(const std::shared_ptr<ClientTransaction>&, const MessageView& response) override {
    statuses.push_back(response.status());
  }
  void on_failed(const std::shared_ptr<ClientTransaction>&, TransactionFailure failure) override {
    failures.push_back(failure);
  }
};

/// A TransactionLayer without sockets whose time the test moves.
class TransactionTest : public ::testing::Test {
 protected:
  static constexpr Method known_methods[] = {Method::invite, Method::ack,     Method::bye,       Method::cancel,
                                             Method::info,   Method::options, Method::register_, Method::update};

  void advance(std::int64_t ms) {
    // In small steps, as a running loop would: a timer set by a timer is not to be late.
    for (; ms > 0; ms -= 100) {
      clock.advance(base::Millis{std::min<std::int64_t>(ms, 100)});
      loop.run_due();
    }
    loop.run_due();
  }

  void receive(std::string text) { receive(flow, std::move(text)); }
  void receive(const Flow& by, std::string text) {
    const auto message = MessageView::parse(text);
    ASSERT_TRUE(message) << message.error().message << "\n" << text;
    layer.on_message(by, *message);
  }

  static std::string request(std::string_view method, std::string_view branch = "z9hG4bKone",
                             std::string_view to_tag = {}, unsigned cseq = 1) {
    std::string text(method);
    text += " sip:200@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;rport";
    if (!branch.empty()) text += ";branch=" + std::string(branch);
    text += "\r\nMax-Forwards: 70\r\nFrom: <sip:100@192.0.2.1>;tag=from\r\nTo: <sip:200@192.0.2.1>";
    if (!to_tag.empty()) text += ";tag=" + std::string(to_tag);
    text += "\r\nCall-ID: call\r\nCSeq: " + std::to_string(cseq) + " " + std::string(method);
    return text + "\r\nContact: <sip:100@192.0.2.9:5062>\r\nContent-Length: 0\r\n\r\n";
  }
  /// A request of ours, as dialogs make them: without Via.
  static std::string outgoing(std::string_view method) {
    return std::string(method) +
           " sip:300@192.0.2.9 SIP/2.0\r\nRoute: <sip:proxy;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:pbx>;tag=a\r\n"
           "To: <sip:300@192.0.2.9>\r\nCall-ID: out\r\nCSeq: 7 " +
           std::string(method) + "\r\nContent-Length: 0\r\n\r\n";
  }
  /// A response to what the layer sent.
  static std::string answer(const std::string& sent, int status, std::string_view tag = "b") {
    auto message = Message::parse(sent);
    EXPECT_TRUE(message) << sent;
    return MessageWriter::response(message->view(), status, tag).finish();
  }
  static std::string first_line(const std::string& text) { return text.substr(0, text.find("\r\n")); }

  static Flow flow_of(Transport transport, std::uint64_t connection) {
    Flow made;
    made.transport = transport;
    made.connection = connection;
    made.local = *base::Endpoint::parse("192.0.2.1", 5060);
    made.remote = *base::Endpoint::parse("192.0.2.9", 40000);
    return made;
  }

  base::ManualClock clock{base::WallTime{}};
  base::Loop loop{0, clock};
  FakeSender sender;
  RecordingServer server;
  std::shared_ptr<RecordingClient> client = std::make_shared<RecordingClient>();
  Flow flow = flow_of(Transport::udp, 0);
  TransactionLimits limits{.server = 3, .client = 3};
  RequestAbilities abilities{};
  TransactionLayer layer{loop, sender, server, with_methods(abilities), Timings{}, limits};

  static RequestAbilities& with_methods(RequestAbilities& abilities) {
    abilities.methods = known_methods;
    abilities.allow = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS, REGISTER, UPDATE";
    return abilities;
  }
};

}  // namespace cadenas::sip::testing
