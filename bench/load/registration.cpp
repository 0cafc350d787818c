#include <algorithm>
#include <functional>

#include <openssl/ssl.h>

#include "load/phone.hpp"
#include "load/scenario.hpp"
#include "load/wire.hpp"

namespace cadenas::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// What a slot does when its wire is up and its phone is registered.
enum class Then { register_again, reconnect, stay };

class Run {
 public:
  Run(const LoadPlan& plan, Then then, bool handshake_only)
      : plan_(plan),
        then_(then),
        handshake_only_(handshake_only),
        tls_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    // Full handshakes are what is measured: no resumption.
    SSL_CTX_set_session_cache_mode(tls_.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(tls_.get(), SSL_OP_NO_TICKET);
    // 10,000 connections live in this process: do not keep two 16 kB buffers for each.
    SSL_CTX_set_mode(tls_.get(), SSL_MODE_RELEASE_BUFFERS);
  }

  LoadResult run() {
    const auto before = cost_of(plan_.server_pids);
    const auto begin = SteadyClock::now();
    for (unsigned i = 0; i < plan_.phones; ++i) {
      slots_.push_back(std::make_unique<Slot>(*this));
    }
    // Connections are opened a few at a time: a listen queue that overflows would measure the kernel's retries.
    const std::size_t at_once = then_ == Then::stay ? 32 : slots_.size();
    while (opened_ < std::min(at_once, slots_.size())) slots_[opened_++]->start();
    const bool in_time = poller_.run([this] { return finished(); }, plan_.limit);
    const auto after = cost_of(plan_.server_pids);

    LoadResult result;
    result.completed = completed_;
    result.failed = failed_;
    result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    if (completed_ > 0) {
      result.server_cpu_us = (after.cpu_seconds - before.cpu_seconds) * 1e6 / static_cast<double>(completed_);
    }
    result.server_kb = after.resident_kb > before.resident_kb ? after.resident_kb - before.resident_kb : 0;
    result.p50_ms = percentile(latencies_ms_, 0.50);
    result.p99_ms = percentile(latencies_ms_, 0.99);
    result.problem = in_time ? problem_ : "the time limit was reached: " + problem_;
    return result;
  }

 private:
  class Slot final : public Wire::User {
   public:
    explicit Slot(Run& run) : run_(run), phone_(run.next_phone()) {}

    void start() {
      begin_ = SteadyClock::now();
      if (wire_) phone_ = run_.next_phone();
      SSL_CTX* tls = run_.plan_.transport == sip::Transport::tls ? run_.tls_.get() : nullptr;
      wire_ = std::make_unique<Wire>(run_.poller_, run_.plan_.transport, run_.plan_.server, tls, *this);
    }

    void on_open(Wire& wire) override {
      if (run_.handshake_only_) return completed();
      wire.send(phone_.register_request(wire));
    }

    void on_message(Wire& wire, const sip::MessageView& message) override {
      if (message.is_request() || message.status() < 200) return;
      if (message.status() == 401 && phone_.take_challenge(message)) return wire.send(phone_.register_request(wire));
      if (message.status() != 200) {
        run_.note_failure("REGISTER got " + std::to_string(message.status()));
      }
      completed();
    }

    void on_broken(Wire&, const std::string& why) override {
      run_.note_failure(why);
      run_.later_.push_back([this] { start(); });
    }

   private:
    void completed() {
      run_.note_completed(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin_).count());
      if (run_.finished()) return;
      switch (run_.then_) {
        case Then::register_again:
          begin_ = SteadyClock::now();
          wire_->send(phone_.register_request(*wire_));
          break;
        case Then::reconnect:
          // The wire is on the call stack here: it is replaced once the poller is done with it.
          run_.later_.push_back([this] { start(); });
          break;
        case Then::stay:
          run_.open_next();
          break;
      }
    }

    Run& run_;
    Phone phone_;
    std::unique_ptr<Wire> wire_;
    SteadyClock::time_point begin_;
  };

  /// Each connection is of another phone: one that came back a hundred times would have a hundred contacts with a
  /// server that keeps those of lost connections.
  Phone next_phone() { return {std::to_string(next_number_++), plan_.password, plan_.server_name}; }
  bool finished() {
    auto due = std::move(later_);
    later_.clear();
    for (auto& work : due) work();
    if (failed_ > plan_.operations / 10 + 100) return true;
    return completed_ >= (then_ == Then::stay ? plan_.phones : plan_.operations);
  }
  void open_next() {
    if (opened_ < slots_.size()) slots_[opened_++]->start();
  }
  void note_completed(double ms) {
    ++completed_;
    latencies_ms_.push_back(ms);
  }
  void note_failure(const std::string& why) {
    ++failed_;
    problem_ = why;
  }

  const LoadPlan& plan_;
  Then then_;
  bool handshake_only_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  Poller poller_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::function<void()>> later_;
  std::size_t opened_ = 0;
  unsigned next_number_ = plan_.first_number;
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::vector<double> latencies_ms_;
  std::string problem_;
};

}  // namespace

LoadResult run_register(const LoadPlan& plan) {
  return Run(plan, Then::register_again, false).run();
}
LoadResult run_connect_register(const LoadPlan& plan) {
  return Run(plan, Then::reconnect, false).run();
}
LoadResult run_handshake(const LoadPlan& plan) {
  return Run(plan, Then::reconnect, true).run();
}
LoadResult run_idle(const LoadPlan& plan) {
  return Run(plan, Then::stay, false).run();
}

double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank), samples.end());
  return samples[rank];
}

}  // namespace cadenas::bench
