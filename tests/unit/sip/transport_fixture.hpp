#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "pki/identity.hpp"
#include "pki/self_signed.hpp"
#include "pki/tls_context.hpp"
#include "sip/message_writer.hpp"
#include "sip/request_check.hpp"
#include "sip/transport_layer.hpp"

namespace cadenas::sip::testing {

/// Answers every request with 200, every bad one with the status it is given, and keeps count.
class EchoUser final : public FlowUser {
 public:
  TransportLayer* layer = nullptr;
  std::function<void(const Flow&, const MessageView&)> instead;  // of answering

  void on_message(const Flow& flow, const MessageView& message) override {
    note([&] {
      ++messages;
      last_flow = flow;
    });
    if (instead) return instead(flow, message);
    if (message.is_request()) static_cast<void>(layer->send(flow, MessageWriter::response(message, 200, "t").finish()));
  }
  void on_bad_message(const Flow& flow, const base::Error&, int status, const MessageView* partial) override {
    note([&] { ++bad; });
    if (status != 0 && partial != nullptr) {
      static_cast<void>(layer->send(flow, MessageWriter::response(*partial, status, "t").finish()));
    }
  }
  void on_flow_closed(const Flow&, CloseReason reason) override {
    note([&] { closed.push_back(reason); });
  }
  /// Waits until the condition holds; a hang is the test's failure, by ctest's limit.
  void wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex);
    changed.wait(lock, condition);
  }

  std::mutex mutex;
  std::condition_variable changed;
  int messages = 0;
  int bad = 0;
  Flow last_flow;
  std::vector<CloseReason> closed;

 private:
  template <class F>
  void note(F&& change) {
    const std::lock_guard lock(mutex);
    change();
    changed.notify_all();
  }
};

/// A plain blocking TCP or UDP client.
class Client {
 public:
  Client(int type, const base::Endpoint& to) : fd_(socket(AF_INET, type, 0)) {
    EXPECT_EQ(connect(fd_, to.data(), to.size()), 0);
  }
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  int fd() const { return fd_; }
  void write(std::string_view text) const {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// What comes until `wanted` occurs in it or the stream ends.
  std::string read_until(std::string_view wanted) const {
    std::string text;
    char room[4096];
    while (text.find(wanted) == std::string::npos) {
      const ssize_t octets = recv(fd_, room, sizeof room, 0);
      if (octets <= 0) break;
      text.append(room, static_cast<std::size_t>(octets));
    }
    return text;
  }
  /// Blocks until the peer closes; what came before is returned.
  std::string read_to_end() const { return read_until("\x01never\x01"); }

 private:
  int fd_;
};

/// One loop on its own thread, with a layer that listens on loopback; time moves only when told.
class TransportTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }
  void start(TransportLimits limits) {
    stop();
    loop = std::make_unique<base::Loop>(0, clock);
    user = std::make_unique<EchoUser>();
    layer = std::make_unique<TransportLayer>(*loop, *user, limits);
    user->layer = layer.get();
    thread = std::thread([this] { loop->run(); });
  }
  void stop() {
    if (!loop) return;
    on_loop([&] { layer.reset(); });
    loop->stop();
    thread.join();
    loop.reset();
  }
  void TearDown() override { stop(); }

  /// Runs on the loop and waits for it.
  void on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    loop->post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }
  void advance(base::Millis by) {
    on_loop([&] {
      clock.advance(by);
      loop->run_due();
    });
  }
  base::Endpoint listen(Transport transport, std::shared_ptr<pki::TlsServerContext> tls = nullptr) {
    base::Endpoint bound;
    on_loop([&] {
      const auto result = layer->listen(transport, *base::Endpoint::parse("127.0.0.1", 0), std::move(tls));
      ASSERT_TRUE(result) << result.error().message;
      bound = *result;
    });
    return bound;
  }
  std::size_t connections() {
    std::size_t count = 0;
    on_loop([&] { count = layer->connections(); });
    return count;
  }
  /// Lets the loop work until the count is reached.
  void until(const std::function<bool()>& condition) {
    for (;;) {
      bool holds = false;
      on_loop([&] { holds = condition(); });
      if (holds) return;
    }
  }
  std::uint64_t closed(CloseReason reason) const {
    return layer->counters().closed[static_cast<std::size_t>(reason)].get();
  }

  static std::string request(std::string_view method = "OPTIONS", std::string_view body = {}) {
    return std::string(method) +
           " sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n"
           "From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 " +
           std::string(method) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }

  base::ManualClock clock{base::WallTime{}};
  std::unique_ptr<base::Loop> loop;
  std::unique_ptr<EchoUser> user;
  std::unique_ptr<TransportLayer> layer;
  std::thread thread;
};

}  // namespace cadenas::sip::testing
