#include <algorithm>
#include <deque>
#include <functional>
#include <map>

#include <openssl/ssl.h>

#include "base/bytes.hpp"
#include "load/phone.hpp"
#include "load/scenario.hpp"
#include "load/wire.hpp"

namespace cadenas::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kOffer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

std::string with_body(std::string head) {
  return head + "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(kOffer.size()) + "\r\n\r\n" +
         std::string(kOffer);
}

std::string without_body(std::string head) {
  return head + "Content-Length: 0\r\n\r\n";
}

/// The URI between < and >, or the value up to its parameters.
std::string uri_of(std::string_view contact) {
  const auto open = contact.find('<');
  if (open == std::string_view::npos) return std::string(contact.substr(0, contact.find(';')));
  return std::string(contact.substr(open + 1, contact.find('>') - open - 1));
}

/// The Route header lines a caller sends in the dialog: the Record-Route values of the 200, last first.
std::string route_lines(const sip::MessageView& response) {
  std::string lines;
  for (const auto& header : response.headers()) {
    if (header.id == sip::HeaderId::record_route) lines.insert(0, "Route: " + std::string(header.value) + "\r\n");
  }
  return lines;
}

/// The answering side: rings and answers every INVITE, and answers BYE.
class Callee final : public Wire::User {
 public:
  Callee(const LoadPlan& plan, unsigned number, std::function<void()> ready)
      : phone_(std::to_string(number), plan.password, plan.server_name), ready_(std::move(ready)) {}

  void attach(std::unique_ptr<Wire> wire) { wire_ = std::move(wire); }
  const Phone& phone() const { return phone_; }
  void on_open(Wire& wire) override { wire.send(phone_.register_request(wire)); }
  void on_broken(Wire&, const std::string&) override {}

  void on_message(Wire& wire, const sip::MessageView& message) override {
    if (!message.is_request()) {
      if (message.status() == 401 && phone_.take_challenge(message)) return wire.send(phone_.register_request(wire));
      if (message.status() == 200 && message.method() == sip::Method::register_) ready_();
      return;
    }
    switch (message.method()) {
      case sip::Method::invite:
        wire.send(without_body(head(message, "180 Ringing", wire)));
        wire.send(with_body(head(message, "200 OK", wire)));
        break;
      case sip::Method::bye:
      case sip::Method::options:
        wire.send(without_body(head(message, "200 OK", wire)));
        break;
      default:
        break;
    }
  }

 private:
  std::string head(const sip::MessageView& request, std::string_view status, const Wire& wire) const {
    std::string text = "SIP/2.0 " + std::string(status) + "\r\n";
    for (const auto& header : request.headers()) {
      switch (header.id) {
        case sip::HeaderId::via:
        case sip::HeaderId::from:
        case sip::HeaderId::call_id:
        case sip::HeaderId::cseq:
        case sip::HeaderId::record_route:
          text += std::string(header.name) + ": " + std::string(header.value) + "\r\n";
          break;
        case sip::HeaderId::to:
          text += "To: " + std::string(header.value) + (request.to_tag().empty() ? ";tag=callee" : "") + "\r\n";
          break;
        default:
          break;
      }
    }
    return text + "Contact: " + phone_.contact(wire) + "\r\n";
  }

  Phone phone_;
  std::unique_ptr<Wire> wire_;
  std::function<void()> ready_;
};

/// The calling side: one call after another.
class Caller final : public Wire::User {
 public:
  struct Sink {
    std::function<bool()> more;
    std::function<void(double)> completed;
    std::function<void(std::string)> failed;
  };
  Caller(const LoadPlan& plan, unsigned number, std::string callee, Sink sink, std::function<void()> ready)
      : phone_(std::to_string(number), plan.password, plan.server_name),
        target_("sip:" + std::move(callee) + "@" + plan.server_name),
        sink_(std::move(sink)),
        ready_(std::move(ready)) {}

  void attach(std::unique_ptr<Wire> wire) { wire_ = std::move(wire); }
  void on_open(Wire& wire) override { wire.send(phone_.register_request(wire)); }
  void on_broken(Wire&, const std::string& why) override { sink_.failed(why); }

  void call() {
    begin_ = SteadyClock::now();
    call_id_ = base::random_hex(8);
    cseq_ = 0;
    invite();
  }

  void on_message(Wire& wire, const sip::MessageView& message) override {
    if (message.is_request() || message.status() < 200) return;
    if (message.method() == sip::Method::register_) {
      if (message.status() == 401 && phone_.take_challenge(message)) return wire.send(phone_.register_request(wire));
      if (message.status() != 200) return sink_.failed("REGISTER got " + std::to_string(message.status()));
      return ready_();
    }
    if (message.call_id() != call_id_) return;
    if (message.method() == sip::Method::bye) {
      sink_.completed(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin_).count());
      if (sink_.more()) call();
      return;
    }
    if (message.cseq() != cseq_) return;
    if (message.status() == 200) return answered(message);
    wire.send(without_body(request("ACK", target_, branch_, message, cseq_)));
    if ((message.status() == 401 || message.status() == 407) && phone_.take_challenge(message)) return invite();
    sink_.failed("INVITE got " + std::to_string(message.status()));
    if (sink_.more()) call();
  }

 private:
  void invite() {
    branch_ = Phone::via(*wire_);
    wire_->send(with_body("INVITE " + target_ + " SIP/2.0\r\nVia: " + branch_ + "\r\nMax-Forwards: 70\r\nFrom: <" +
                          phone_.aor() + ">;tag=" + call_id_ + "\r\nTo: <" + target_ + ">\r\nCall-ID: " + call_id_ +
                          "\r\nCSeq: " + std::to_string(++cseq_) + " INVITE\r\nContact: " + phone_.contact(*wire_) +
                          "\r\n" + phone_.authorization("INVITE", target_)));
  }

  void answered(const sip::MessageView& response) {
    const auto remote = uri_of(response.value(sip::HeaderId::contact));
    const auto routes = route_lines(response);
    wire_->send(without_body(request("ACK", remote, Phone::via(*wire_), response, cseq_) + routes));
    wire_->send(without_body(request("BYE", remote, Phone::via(*wire_), response, cseq_ + 1) + routes +
                             phone_.authorization("BYE", remote)));
  }

  std::string request(std::string_view method, const std::string& uri, const std::string& via,
                      const sip::MessageView& response, std::uint32_t cseq) const {
    return std::string(method) + " " + uri + " SIP/2.0\r\nVia: " + via +
           "\r\nMax-Forwards: 70\r\nFrom: " + std::string(response.value(sip::HeaderId::from)) +
           "\r\nTo: " + std::string(response.value(sip::HeaderId::to)) + "\r\nCall-ID: " + call_id_ +
           "\r\nCSeq: " + std::to_string(cseq) + " " + std::string(method) + "\r\n";
  }

  Phone phone_;
  std::string target_;
  Sink sink_;
  std::function<void()> ready_;
  std::unique_ptr<Wire> wire_;
  std::string call_id_, branch_;
  std::uint32_t cseq_ = 0;
  SteadyClock::time_point begin_;
};

}  // namespace

LoadResult run_calls(const LoadPlan& plan) {
  Poller poller;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX* context = plan.transport == sip::Transport::tls ? tls.get() : nullptr;
  LoadResult result;
  std::vector<double> latencies;
  unsigned ready = 0;
  const auto is_ready = [&] { ++ready; };
  const Caller::Sink sink{[&] { return result.completed + result.failed < plan.operations; },
                          [&](double ms) {
                            ++result.completed;
                            latencies.push_back(ms);
                          },
                          [&](std::string why) {
                            ++result.failed;
                            result.problem = std::move(why);
                          }};
  const unsigned pairs = std::max(1U, plan.phones / 2);
  std::deque<Callee> callees;
  std::deque<Caller> callers;
  for (unsigned i = 0; i < pairs; ++i) {
    auto& callee = callees.emplace_back(plan, plan.first_number + 2 * i + 1, is_ready);
    callee.attach(std::make_unique<Wire>(poller, plan.transport, plan.server, context, callee));
    auto& caller = callers.emplace_back(plan, plan.first_number + 2 * i, callee.phone().number(), sink, is_ready);
    caller.attach(std::make_unique<Wire>(poller, plan.transport, plan.server, context, caller));
  }
  if (!poller.run([&] { return ready == 2 * pairs || result.failed > 0; }, std::chrono::seconds(30)) ||
      result.failed > 0) {
    result.problem = "not every phone could register: " + result.problem;
    return result;
  }
  const auto before = cost_of(plan.server_pids);
  const auto begin = SteadyClock::now();
  for (auto& caller : callers) caller.call();
  const bool in_time = poller.run([&] { return result.completed + result.failed >= plan.operations; }, plan.limit);
  result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  if (!in_time) result.problem = "the time limit was reached: " + result.problem;
  if (result.completed > 0) {
    result.server_cpu_us =
        (cost_of(plan.server_pids).cpu_seconds - before.cpu_seconds) * 1e6 / static_cast<double>(result.completed);
  }
  result.p50_ms = percentile(latencies, 0.50);
  result.p99_ms = percentile(latencies, 0.99);
  return result;
}

}  // namespace cadenas::bench
