#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "pbx/authenticator.hpp"
#include "pbx/counters.hpp"
#include "pbx/locations.hpp"
#include "pbx/registrar.hpp"
#include "sip/digest.hpp"
#include "sip/transaction_layer.hpp"
#include "store/credentials.hpp"

namespace cadenas::pbx::test {

inline constexpr base::WallTime some_day{base::Millis{1'800'000'000'000}};

inline sip::Flow udp_flow(const std::string& address = "192.0.2.10", std::uint16_t port = 5060) {
  sip::Flow flow;
  flow.local = *base::Endpoint::parse("192.0.2.1", 5060);
  flow.remote = *base::Endpoint::parse(address, port);
  return flow;
}

inline sip::Flow tls_flow(std::uint64_t connection, const std::string& address = "192.0.2.10") {
  sip::Flow flow = udp_flow(address, static_cast<std::uint16_t>(20000 + connection));
  flow.transport = sip::Transport::tls;
  flow.connection = connection;
  flow.tls =
      std::make_shared<const sip::TlsFacts>(sip::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "", "", "", false});
  return flow;
}

inline std::shared_ptr<store::Snapshot> snapshot_with(const std::vector<std::pair<std::string, std::string>>& users) {
  auto snapshot = std::make_shared<store::Snapshot>();
  snapshot->settings.realm = "cadenas";
  for (const auto& [number, password] : users) {
    auto subscription = std::make_shared<store::Subscription>();
    subscription->number = number;
    subscription->auth_user = number;
    subscription->credentials = store::digest_credentials(number, "cadenas", password);
    snapshot->subscriptions.emplace(subscription->number, subscription);
  }
  return snapshot;
}

/// One REGISTER as text; `lines` are further header lines, each with its CRLF.
inline std::string register_text(const std::string& number, unsigned cseq, const std::string& lines,
                                 const std::string& call_id = "call-1", const std::string& from = {}) {
  return "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK" + call_id +
         std::to_string(cseq) + "\r\nMax-Forwards: 70\r\nFrom: <sip:" + (from.empty() ? number : from) +
         "@192.0.2.1>;tag=a1\r\nTo: <sip:" + number + "@192.0.2.1>\r\nCall-ID: " + call_id +
         "\r\nCSeq: " + std::to_string(cseq) + " REGISTER\r\n" + lines + "Content-Length: 0\r\n\r\n";
}

/// An Authorization line that answers the challenge `response` carries for that algorithm.
inline std::string authorization(const sip::MessageView& response, const std::string& user, const std::string& password,
                                 sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::sha256,
                                 std::uint32_t nonce_count = 1, std::string_view method = "REGISTER",
                                 std::string_view uri = "sip:192.0.2.1") {
  for (const auto& header : response.headers()) {
    if (header.id != sip::HeaderId::www_authenticate) continue;
    const auto challenge = sip::DigestChallenge::parse(header.value);
    if (!challenge || challenge->algorithm != algorithm) continue;
    return "Authorization: " +
           sip::digest_answer(*challenge, user, password, method, uri, nonce_count, "c0ffee").value() + "\r\n";
  }
  return {};
}

/// Offers SHA-256 and MD5, so that a test may answer with either.
inline Authenticator::Settings both_algorithms() {
  Authenticator::Settings settings;
  settings.algorithms = {sip::DigestAlgorithm::sha256, sip::DigestAlgorithm::md5};
  return settings;
}

/// Authenticator, registrar and location service on loops the test turns by hand, behind a transport that keeps what is
/// sent.
class RegistrationBench : public sip::FlowSender, public sip::ServerUser {
 public:
  explicit RegistrationBench(std::shared_ptr<const store::Snapshot> model, unsigned loops = 1,
                             Authenticator::Settings authentication = both_algorithms())
      : snapshot(std::move(model)),
        loops_(loops, clock),
        locations(loops_),
        transactions(loops_.at(0), *this, *this, {{}, methods_, "REGISTER", {}}),
        authenticator([this] { return snapshot; }, clock, counters, authentication),
        registrar(loops_.at(0), transactions, locations, counters, {}) {}

  /// Hands in one message and returns the response, once every loop has done its part.
  sip::Message ask(const std::string& text, const sip::Flow& flow) {
    sent.clear();
    const auto request = sip::Message::parse(text);
    transactions.on_message(flow, request.value().view());
    turn();
    return sip::Message::parse(sent.at(0)).value();
  }
  /// Registers with digest: asks, is challenged, answers.
  sip::Message sign_in(const std::string& number, const std::string& password, unsigned cseq, const std::string& lines,
                       const sip::Flow& flow, const std::string& call_id = "call-1") {
    const auto challenged = ask(register_text(number, cseq, lines, call_id), flow);
    const auto proof = authorization(challenged.view(), number, password);
    return ask(register_text(number, cseq + 1, lines + proof, call_id), flow);
  }
  std::vector<Binding> bindings(const std::string& number) {
    std::vector<Binding> found;
    locations.find(number, loops_.at(0), [&](std::vector<Binding> all) { found = std::move(all); });
    turn();
    return found;
  }
  void turn() {
    for (bool more = true; more;) {
      more = false;
      for (unsigned i = 0; i < loops_.size(); ++i) more = loops_.at(i).io().poll() > 0 || more;
    }
  }
  base::Loops& loops() { return loops_; }

  base::Result<void> send(const sip::Flow&, std::string_view message) override {
    sent.emplace_back(message);
    return {};
  }
  void on_stateless(const sip::Flow& flow, const sip::MessageView& request) override {
    const auto outcome = authenticator.check(request, flow);
    if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
      registrar.on_register(flow, request, *accepted->subscription);
      return;
    }
    const auto* challenge = std::get_if<Challenge>(&outcome);
    auto response = transactions.make_response(flow, request, challenge != nullptr ? 401 : 503);
    if (challenge != nullptr) {
      for (const auto& value : challenge->www_authenticate) response.add("WWW-Authenticate", value);
    } else {
      response.add("Retry-After", std::get<Refused>(outcome).retry_after_s);
    }
    (void)send(flow, std::move(response).finish());
  }
  void on_request(const std::shared_ptr<sip::ServerTransaction>&) override {}
  void on_cancel(const std::shared_ptr<sip::ServerTransaction>&) override {}
  void on_ack(const sip::Flow&, const sip::MessageView&) override {}
  void on_ack_missing(const std::shared_ptr<sip::ServerTransaction>&) override {}
  void on_flow_closed(const sip::Flow& flow, sip::CloseReason) override { locations.remove_flow(flow); }

  base::ManualClock clock{some_day};
  NodeCounters counters;
  std::vector<std::string> sent;
  std::shared_ptr<const store::Snapshot> snapshot;

 private:
  static constexpr std::array methods_{sip::Method::register_};
  base::Loops loops_;

 public:
  Locations locations;
  sip::TransactionLayer transactions;
  Authenticator authenticator;
  Registrar registrar;
};

}  // namespace cadenas::pbx::test
