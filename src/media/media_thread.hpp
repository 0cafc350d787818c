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
#include "media/dtls_context.hpp"
#include "media/frame_clock.hpp"
#include "media/leg_media.hpp"
#include "media/leg_sockets.hpp"
#include "media/leg_work.hpp"
#include "media/packet_engine.hpp"
#include "media/packet_loop.hpp"
#include "media/relay.hpp"
#include "media/room.hpp"
#include "media/side_counters.hpp"
#include "media/tdm/slot_session.hpp"
#include "media/tdm/slot_voice.hpp"

namespace cadenas::media {

/// One thread that moves packets, mixes the conference rooms it has, carries the voice of time slots and shakes hands
/// for the legs that use DTLS. Control comes in as values by `post` and is done between two rounds of packets, so that
/// no packet ever meets a session that goes.
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
  struct AddSlot {
    std::uint64_t id;
    std::shared_ptr<SideCounters> counters;
    LegSockets sockets;
    tdm::TimeSlot slot;
  };
  struct ConfigureSlot {
    std::uint64_t id;
    LegMedia media;
    std::unique_ptr<tdm::SlotVoice> voice;
  };
  struct DialSlot {
    std::uint64_t id;
    char digit;
  };
  struct RemoveSlot {
    std::uint64_t id;
  };
  struct OpenRoom {
    RoomId room;
    DigitSink digits;
  };
  struct Join {
    RoomId room;
    MemberId member;
    std::shared_ptr<MemberCounters> counters;
    LegSockets sockets;
  };
  struct JoinSlot {
    RoomId room;
    MemberId member;
    std::shared_ptr<MemberCounters> counters;
    tdm::TimeSlot slot;
  };
  struct ConfigureMember {
    RoomId room;
    MemberId member;
    LegMedia media;
    std::unique_ptr<MemberVoice> voice;
  };
  struct TakeSeat {
    RoomId room;
    MemberId member;
    Seat seat;
  };
  struct Announce {
    RoomId room;
    Announcement announcement;
  };
  struct Link {
    RoomId room;
    LinkId link;
    RoomLink end;
  };
  struct Unlink {
    RoomId room;
    LinkId link;
  };
  struct Leave {
    RoomId room;
    MemberId member;
  };
  struct CloseRoom {
    RoomId room;
  };
  using Command = std::variant<Add, Configure, Remove, AddSlot, ConfigureSlot, DialSlot, RemoveSlot, OpenRoom, Join,
                               JoinSlot, ConfigureMember, TakeSeat, Announce, Link, Unlink, Leave, CloseRoom>;

  /// Starts at once, named "media/`index`", on `core` if given. `clock` and `dtls` outlive it. Throws std::system_error
  /// when the machine refuses.
  MediaThread(const base::Clock& clock, const DtlsContext& dtls, unsigned index, std::optional<unsigned> core,
              PacketEngine engine);
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
  void execute(AddSlot add);
  void execute(ConfigureSlot configure);
  void execute(DialSlot dial);
  void execute(RemoveSlot remove);
  void execute(OpenRoom open);
  void execute(Join join);
  void execute(JoinSlot join);
  void execute(ConfigureMember configure);
  void execute(TakeSeat take);
  void execute(Announce announce);
  void execute(Link link);
  void execute(Unlink unlink);
  void execute(Leave leave);
  void execute(CloseRoom close);
  Room* room(RoomId id);
  void keep_frames();
  std::optional<base::SteadyTime> next_task() const;
  void frame();
  /// Ends it and keeps it until no port of it is attached any more.
  template <class User>
  void let_end(std::unique_ptr<User> user);

  const base::Clock& clock_;
  Descriptor wake_;
  PacketEngine engine_ = PacketEngine::epoll;  // settled before the constructor returns
  std::mutex posting_;                         // control only; a packet never waits for it
  std::vector<Command> posted_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<PacketLoop> loop_;  // of the thread, made and destroyed on it
  LegWork work_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Relay>> relays_;
  std::unordered_map<std::uint64_t, std::unique_ptr<tdm::SlotSession>> slots_;
  std::unordered_map<RoomId, std::unique_ptr<Room>> rooms_;
  FrameClock frame_clock_;
  std::unordered_map<PortUser*, std::unique_ptr<PortUser>> ending_;
  std::thread thread_;
};

}  // namespace cadenas::media
