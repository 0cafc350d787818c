#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "media/leg_media.hpp"
#include "media/leg_sockets.hpp"
#include "media/packet_batch.hpp"
#include "media/session.hpp"

namespace cadenas::media {

/// One thread that moves packets: epoll over the sockets of its sessions, each readable socket emptied in batches.
/// Control comes in as values by `post` and is done between two rounds of packets, so that no packet ever meets a
/// session that goes.
class MediaThread {
 public:
  struct Add {
    std::uint64_t id;
    std::shared_ptr<SessionCounters> counters;
    LegSockets a;
    LegSockets b;
  };
  struct Configure {
    std::uint64_t id;
    Side side;
    LegMedia media;
  };
  struct Remove {
    std::uint64_t id;
  };
  using Command = std::variant<Add, Configure, Remove>;

  /// Starts at once, named "media/`index`", on `core` if given. `clock` outlives it. Throws std::system_error when the
  /// machine refuses.
  MediaThread(const base::Clock& clock, unsigned index, std::optional<unsigned> core);
  ~MediaThread();  ///< stops, joins, closes what is left
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  /// Thread-safe, in order for one caller.
  void post(Command command);

 private:
  struct Relay;
  /// What epoll hands back for a socket.
  struct Port {
    Relay* relay;
    Side side;
    Protocol protocol;
    int fd;
  };
  /// A session with its sockets.
  struct Relay {
    explicit Relay(Add add);
    Port& port(Side side, Protocol protocol) {
      return ports[static_cast<std::size_t>(side) * 2 + static_cast<std::size_t>(protocol)];
    }
    std::array<LegSockets, 2> sockets;
    Session session;
    std::array<Port, 4> ports;
  };
  class Descriptor {
   public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

   private:
    int fd_;
  };

  void run();
  void serve(Port& port);
  void obey();
  void execute(Add add);
  void execute(Configure configure);
  void execute(Remove remove);

  const base::Clock& clock_;
  Descriptor epoll_;
  Descriptor wake_;
  std::mutex posting_;  // control only; a packet never waits for it
  std::vector<Command> posted_;
  std::atomic<bool> stopping_{false};
  std::unordered_map<std::uint64_t, std::unique_ptr<Relay>> relays_;
  PacketBatch batch_;
  std::thread thread_;
};

}  // namespace cadenas::media
