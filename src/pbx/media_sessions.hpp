#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "media/leg_media.hpp"
#include "media/session_stats.hpp"

namespace cadenas::media {
class Board;
enum class AddressFamily : std::uint8_t;
struct SessionPorts;
}  // namespace cadenas::media

namespace cadenas::pbx {

/// What a call needs of the media board. Any thread; see media::Board for the meaning and the errors.
class MediaSessions {
 public:
  virtual ~MediaSessions() = default;
  virtual base::Result<media::SessionPorts> open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b) = 0;
  virtual base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) = 0;
  virtual std::optional<media::SessionStats> stats(std::uint64_t id) const = 0;
  virtual std::optional<media::SessionStats> close(std::uint64_t id) = 0;
};

/// The embedded board. `board` outlives it.
class BoardSessions final : public MediaSessions {
 public:
  explicit BoardSessions(media::Board& board) : board_(board) {}
  base::Result<media::SessionPorts> open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b) override;
  base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) override;
  std::optional<media::SessionStats> stats(std::uint64_t id) const override;
  std::optional<media::SessionStats> close(std::uint64_t id) override;

 private:
  media::Board& board_;
};

}  // namespace cadenas::pbx
