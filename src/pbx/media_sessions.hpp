#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/loop.hpp"
#include "media/leg_media.hpp"
#include "media/session_stats.hpp"
#include "pbx/eip.hpp"

namespace cadenas::media {
class Board;
enum class AddressFamily : std::uint8_t;
struct SessionPorts;
}  // namespace cadenas::media

namespace cadenas::pbx {

/// What a call needs of whatever relays its media. Any thread; see media::Board for the meaning and the errors. The
/// embedded board answers within the call, on the calling thread; an external relay answers on `answer_on`.
class MediaSessions {
 public:
  using Opened = std::function<void(base::Result<media::SessionPorts>)>;
  using Closed = std::function<void(std::optional<media::SessionStats>)>;

  virtual ~MediaSessions() = default;
  /// `dtls`: a leg of it is to shake hands (DTLS-SRTP), which only the embedded board can. Error besides the board's:
  /// "media.dtls-needs-board".
  virtual void open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b, bool dtls, base::Loop& answer_on,
                    const Opened& opened) = 0;
  /// The certificate that the legs of an open session show in a DTLS handshake, as in LocalMedia; none where it cannot
  /// shake hands.
  virtual std::vector<media::DtlsFingerprint> dtls_fingerprints(std::uint64_t id) const = 0;
  virtual base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) = 0;
  virtual std::optional<media::SessionStats> stats(std::uint64_t id) const = 0;
  virtual void close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) = 0;
};

/// The embedded board, while it takes new sessions ("eip.out-of-service" else). Both outlive it.
class BoardSessions final : public MediaSessions {
 public:
  BoardSessions(media::Board& board, const EipService& eip) : board_(board), eip_(eip) {}
  void open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b, bool dtls, base::Loop& answer_on,
            const Opened& opened) override;
  std::vector<media::DtlsFingerprint> dtls_fingerprints(std::uint64_t id) const override;
  base::Result<void> configure(std::uint64_t id, media::Side side, media::LegMedia leg) override;
  std::optional<media::SessionStats> stats(std::uint64_t id) const override;
  void close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) override;

 private:
  media::Board& board_;
  const EipService& eip_;
};

}  // namespace cadenas::pbx
