#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/loop.hpp"
#include "rtpengine/bencode.hpp"

namespace cadenas::rtpengine {

/// Speaks rtpengine's `ng` protocol with one instance: a cookie, a blank and a bencoded dictionary in each datagram.
/// The control link is neither encrypted nor authenticated and carries SRTP keys, so it must be one that is protected
/// by other means. On its loop only; never blocks.
class NgClient {
 public:
  struct Settings {
    base::Millis first_repeat{250};  ///< doubled from then on
    base::Millis patience{1'500};    ///< for the answer to one command, repeats included
  };
  /// The whole dictionary of an answer other than "error", good for the time of the call only and wiped then. Errors:
  /// "rtpengine.no-answer", "rtpengine.refused" with the reason it gave, "rtpengine.answer" (not the protocol).
  using Done = std::function<void(const base::Result<Value>&)>;

  /// Error "rtpengine.socket".
  static base::Result<std::unique_ptr<NgClient>> open(base::Loop& loop, const base::Endpoint& instance,
                                                      Settings settings);
  ~NgClient();  ///< what still waits is never called back
  NgClient(const NgClient&) = delete;
  NgClient& operator=(const NgClient&) = delete;

  /// Sends `command`, and again with the same cookie while no answer comes, which rtpengine takes for the same command.
  /// `done` runs once, later.
  void ask(const Value& command, Done done);

  std::size_t waiting() const { return waiting_.size(); }
  /// Datagrams that answered nothing asked: late, repeated or foreign.
  std::uint64_t strays() const { return strays_; }

 private:
  struct Asked {
    base::SecretBytes datagram;
    Done done;
    base::SteadyTime deadline;
    base::Millis next_repeat;
    base::Timers::Id timer = 0;
  };

  NgClient(base::Loop& loop, int descriptor, Settings settings);
  void wait_read();
  void receive();
  void take(std::string_view datagram);
  void send(const Asked& asked);
  void arm(const std::string& cookie);
  void on_time(const std::string& cookie);

  base::Loop& loop_;
  boost::asio::posix::stream_descriptor descriptor_;
  const Settings settings_;
  const std::string cookie_prefix_;
  std::uint64_t last_cookie_ = 0;
  std::uint64_t strays_ = 0;
  std::unordered_map<std::string, Asked> waiting_;  // by cookie
  std::unique_ptr<char[]> room_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace cadenas::rtpengine
