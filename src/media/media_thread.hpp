#pragma once

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
#include "media/descriptor.hpp"
#include "media/leg_media.hpp"
#include "media/leg_sockets.hpp"
#include "media/packet_engine.hpp"
#include "media/packet_loop.hpp"
#include "media/relay.hpp"
#include "media/side_counters.hpp"

namespace cadenas::media {

/// One thread that moves packets. Control comes in as values by `post` and is done between two rounds of packets, so
/// that no packet ever meets a session that goes.
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
  MediaThread(const base::Clock& clock, unsigned index, std::optional<unsigned> core, PacketEngine engine);
  ~MediaThread();  ///< stops, joins, closes what is left
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  /// Thread-safe, in order for one caller.
  void post(Command command);
  /// What it runs on, never `automatic`. Any thread.
  PacketEngine engine() const { return engine_; }

 private:
  void open_loop(PacketEngine wanted);
  void run();
  void wake();
  void obey();
  void execute(Add add);
  void execute(Configure configure);
  void execute(Remove remove);

  const base::Clock& clock_;
  Descriptor wake_;
  PacketEngine engine_ = PacketEngine::epoll;  // settled before the constructor returns
  std::mutex posting_;                         // control only; a packet never waits for it
  std::vector<Command> posted_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<PacketLoop> loop_;  // of the thread, made and destroyed on it
  std::unordered_map<std::uint64_t, std::unique_ptr<Relay>> relays_;
  std::unordered_map<Relay*, std::unique_ptr<Relay>> ending_;
  std::thread thread_;
};

}  // namespace cadenas::media
