#pragma once

#include <optional>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/audio/tone_table.hpp"
#include "media/board.hpp"
#include "media/tdm/bus.hpp"
#include "pbx/eip.hpp"

namespace cadenas::pbx {

/// What calls need of the TDM bus, and of the media board's sessions on it; see media::tdm::Bus and media::Board for
/// meaning and errors. Any thread.
class TdmMedia {
 public:
  virtual ~TdmMedia() = default;

  virtual void tell(const media::tdm::PortId& port, media::tdm::Command command) = 0;
  virtual void play(const media::tdm::PortId& port, media::CallTone tone) = 0;
  virtual void quiet(const media::tdm::PortId& port) = 0;
  virtual std::optional<media::tdm::PortState> port(const media::tdm::PortId& port) const = 0;
  virtual std::optional<media::tdm::SlotStats> slot(const media::tdm::PortId& port) const = 0;

  // A session of an RTP leg and the time slot of a port: Bus::take and Board::open_slot in one.

  virtual base::Result<base::Endpoint> open(media::SessionId id, const media::tdm::PortId& port,
                                            media::AddressFamily family) = 0;
  virtual base::Result<void> configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) = 0;
  virtual void dial(media::SessionId id, char digit) = 0;
  virtual std::optional<media::tdm::SlotSessionStats> stats(media::SessionId id) const = 0;
  virtual std::optional<media::tdm::SlotSessionStats> close(media::SessionId id) = 0;

  // Two ports on the bus.

  virtual base::Result<void> join(const media::tdm::PortId& a, const media::tdm::PortId& b) = 0;
  virtual void part(const media::tdm::PortId& port) = 0;

  /// A port in a conference room: Bus::take and Board::join_slot in one.
  virtual base::Result<void> join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) = 0;
};

/// The real ones, while the board takes new sessions ("eip.out-of-service" else). They outlive it.
class BoardTdm final : public TdmMedia {
 public:
  BoardTdm(media::tdm::Bus& bus, media::Board& board, const EipService& eip) : bus_(bus), board_(board), eip_(eip) {}
  void tell(const media::tdm::PortId& port, media::tdm::Command command) override;
  void play(const media::tdm::PortId& port, media::CallTone tone) override { bus_.play(port, tone); }
  void quiet(const media::tdm::PortId& port) override { bus_.quiet(port); }
  std::optional<media::tdm::PortState> port(const media::tdm::PortId& port) const override { return bus_.port(port); }
  std::optional<media::tdm::SlotStats> slot(const media::tdm::PortId& port) const override { return bus_.stats(port); }
  base::Result<base::Endpoint> open(media::SessionId id, const media::tdm::PortId& port,
                                    media::AddressFamily family) override;
  base::Result<void> configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) override;
  void dial(media::SessionId id, char digit) override { board_.dial_slot(id, digit); }
  std::optional<media::tdm::SlotSessionStats> stats(media::SessionId id) const override {
    return board_.slot_stats(id);
  }
  std::optional<media::tdm::SlotSessionStats> close(media::SessionId id) override { return board_.close_slot(id); }
  base::Result<void> join(const media::tdm::PortId& a, const media::tdm::PortId& b) override;
  void part(const media::tdm::PortId& port) override { bus_.part(port); }
  base::Result<void> join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) override;

 private:
  media::tdm::Bus& bus_;
  media::Board& board_;
  const EipService& eip_;
};

}  // namespace cadenas::pbx
