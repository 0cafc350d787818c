#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"
#include "rtpengine/bencode.hpp"

namespace cadenas::rtpengine::test {

/// The socket of an instance: the test takes what was asked and answers it, or does not.
class FakeRtpengine {
 public:
  struct Asked {
    std::string cookie;
    Value command;
    base::Endpoint from;

    std::string name() const { return *command.find("command")->text(); }
    std::string sdp() const { return *command.find("sdp")->text(); }
  };

  FakeRtpengine() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const auto any = *base::Endpoint::parse("127.0.0.1", 0);
    EXPECT_EQ(bind(descriptor_, any.data(), any.size()), 0);
  }
  ~FakeRtpengine() { close(descriptor_); }
  FakeRtpengine(const FakeRtpengine&) = delete;
  FakeRtpengine& operator=(const FakeRtpengine&) = delete;

  base::Endpoint address() const {
    sockaddr_in6 at{};
    socklen_t size = sizeof(at);
    EXPECT_EQ(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    return base::Endpoint::from(reinterpret_cast<const sockaddr*>(&at));
  }

  /// What has come since the last time, in order.
  std::vector<Asked> take() {
    std::vector<Asked> out;
    for (;;) {
      std::string datagram(65'536, '\0');
      sockaddr_in6 from{};
      socklen_t size = sizeof(from);
      const auto octets =
          recvfrom(descriptor_, datagram.data(), datagram.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (octets < 0) return out;
      datagram.resize(static_cast<std::size_t>(octets));
      const std::size_t blank = datagram.find(' ');
      auto command = decode(datagram.substr(blank + 1));
      EXPECT_TRUE(command.has_value()) << datagram;
      if (!command) return out;
      out.push_back({datagram.substr(0, blank), std::move(*command),
                     base::Endpoint::from(reinterpret_cast<const sockaddr*>(&from))});
    }
  }

  void raw(const Asked& asked, const std::string& datagram) {
    EXPECT_EQ(sendto(descriptor_, datagram.data(), datagram.size(), 0, asked.from.data(), asked.from.size()),
              static_cast<ssize_t>(datagram.size()));
  }
  void answer(const Asked& asked, const Value& value) { raw(asked, asked.cookie + " " + encode(value)); }

  /// Answers as an instance in order does: pong, a description of its own with the next port, counters.
  void answer_well(const Asked& asked) {
    if (asked.name() == "ping") return answer(asked, Value::Dictionary{{"result", "pong"}});
    Value out = Value::Dictionary{{"result", "ok"}};
    if (asked.name() == "offer" || asked.name() == "answer") {
      next_port_ = static_cast<std::uint16_t>(next_port_ + 2);
      out.set("sdp", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio " +
                         std::to_string(next_port_) + " RTP/AVP 0\r\n");
    }
    if (asked.name() == "query") out.set("tags", Value::Dictionary{{"a", leg(120, 2)}, {"b", leg(90, 0)}});
    answer(asked, out);
  }

 private:
  static Value leg(std::int64_t packets, std::int64_t errors) {
    const Value stats = Value::Dictionary{{"packets", packets}, {"errors", errors}};
    const Value stream = Value::Dictionary{{"flags", Value::List{"RTP"}}, {"stats", stats}};
    const Value media = Value::Dictionary{{"streams", Value::List{stream}}};
    return Value::Dictionary{{"medias", Value::List{media}}};
  }

  int descriptor_;
  std::uint16_t next_port_ = 39'998;
};

}  // namespace cadenas::rtpengine::test
