#pragma once

#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "media/board.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/media_sessions.hpp"
#include "pbx/tdm_media.hpp"

namespace cadenas::pbx::test {

/// A board that only remembers what it was told.
class FakeMedia final : public MediaSessions {
 public:
  struct Session {
    std::map<media::Side, media::LegMedia> legs;
    std::map<media::Side, int> configured;
    media::SessionStats stats;
    bool shakes_hands = false;
    bool open = true;
  };
  void open(std::uint64_t id, media::AddressFamily, media::AddressFamily, bool dtls, base::Loop& answer_on,
            const Opened& opened) override;
  std::vector<media::DtlsFingerprint> dtls_fingerprints(std::uint64_t id) const override;
  base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) override;
  std::optional<media::SessionStats> stats(std::uint64_t id) const override;
  void close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) override;

  std::size_t open_sessions() const;
  Session& last() { return sessions.rbegin()->second; }
  std::map<std::uint64_t, Session> sessions;
  bool exhausted = false;
  bool shakes_hands = true;
  bool is_pool = false;         ///< only who asks for it gets a session that shakes hands
  bool asked_for_dtls = false;  ///< by the last `open`
  bool answers_later = false;   ///< as an external relay does
};

/// The rooms of a board that only remembers what it was told.
class FakeConferences final : public ConferenceMedia {
 public:
  struct Member {
    media::RoomId room = 0;
    std::optional<media::LegMedia> leg;
    media::MemberAudio audio;
    media::Seat seat = media::Seat::talks;
    media::MemberStats stats;
  };
  std::vector<media::DtlsFingerprint> dtls_fingerprints() const override;
  base::Result<void> open_room(media::RoomId room, media::DigitSink digits) override;
  base::Result<base::Endpoint> join(media::RoomId room, media::MemberId member, media::AddressFamily family) override;
  base::Result<void> configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) override;
  void seat(media::MemberId member, media::Seat seat) override;
  void announce(media::RoomId room, media::Announcement announcement) override;
  std::optional<media::MemberStats> stats(media::MemberId member) const override;
  std::optional<media::MemberStats> leave(media::MemberId member) override;
  void close_room(media::RoomId room) override;
  base::Result<void> link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) override;
  void unlink_rooms(media::LinkId link) override;

  /// The one who came last is `back == 0`, of those who are there.
  Member& member(std::size_t back = 0) {
    return std::prev(members.end(), static_cast<std::ptrdiff_t>(back) + 1)->second;
  }
  void dial(std::size_t back, const std::string& digits);

  std::map<media::RoomId, media::DigitSink> rooms;
  std::map<media::MemberId, Member> members;
  std::vector<media::Announcement> announced;
  std::map<media::LinkId, std::pair<media::RoomId, media::RoomId>> links;
};

/// A TDM bus whose ports do what the test says, and a board that only remembers what it was told of them.
class FakeTdm final : public TdmMedia {
 public:
  struct Port {
    media::tdm::PortState state;
    std::deque<media::tdm::Command> commands;
    std::optional<media::CallTone> tone;  ///< that it hears
    media::tdm::SlotStats slot;
  };
  struct Session {
    media::tdm::PortId port;
    std::optional<media::LegMedia> leg;
    std::optional<media::tdm::SlotAudio> audio;
    std::string dialled;
    media::tdm::SlotSessionStats stats;
    bool open = true;
  };
  void tell(const media::tdm::PortId& port, media::tdm::Command command) override;
  void play(const media::tdm::PortId& port, media::CallTone tone) override;
  void quiet(const media::tdm::PortId& port) override;
  std::optional<media::tdm::PortState> port(const media::tdm::PortId& port) const override;
  std::optional<media::tdm::SlotStats> slot(const media::tdm::PortId& port) const override;
  base::Result<base::Endpoint> open(media::SessionId id, const media::tdm::PortId& port,
                                    media::AddressFamily family) override;
  base::Result<void> configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) override;
  void dial(media::SessionId id, char digit) override;
  std::optional<media::tdm::SlotSessionStats> stats(media::SessionId id) const override;
  std::optional<media::tdm::SlotSessionStats> close(media::SessionId id) override;
  base::Result<void> join(const media::tdm::PortId& a, const media::tdm::PortId& b) override;
  void part(const media::tdm::PortId& port) override;
  base::Result<void> join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) override;

  Session& last() { return sessions.rbegin()->second; }
  std::size_t open_sessions() const;

  std::map<media::tdm::PortId, Port> ports;
  std::map<media::SessionId, Session> sessions;
  std::vector<std::pair<media::tdm::PortId, media::tdm::PortId>> joined;
  std::map<media::MemberId, media::tdm::PortId> members;
  FakeConferences* board = nullptr;  ///< whose rooms they are in

 private:
  base::Result<void> take(const media::tdm::PortId& port);
};

}  // namespace cadenas::pbx::test
