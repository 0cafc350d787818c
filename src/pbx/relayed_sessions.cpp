#include "pbx/relayed_sessions.hpp"

#include <utility>

#include "base/log.hpp"
#include "media/board.hpp"
#include "pbx/dtls_agreement.hpp"
#include "rtpengine/pool.hpp"

namespace cadenas::pbx {

void RelayedSessions::open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b, bool dtls,
                           base::Loop& answer_on, const Opened& opened) {
  if (dtls) {
    if (!fall_back_) return opened(tl::unexpected(dtls_needs_board()));
    return opened(eip_.check().and_then([&] { return board_.open(id, a, b); }));
  }
  pool_.open(id, a, b, [this, id, a, b, &answer_on, opened](base::Result<media::SessionPorts> ports) {
    if (ports) {
      said_ = false;
    } else {
      if (!std::exchange(said_, true)) {
        base::log::warning("media.no-relay", {{"code", ports.error().code},
                                              {"message", ports.error().message},
                                              {"calls", fall_back_ ? "on the embedded board" : "refused"}});
      }
      if (fall_back_) {
        fallbacks_.fetch_add(1);
        ports = eip_.check().and_then([&] { return board_.open(id, a, b); });
      }
    }
    answer_on.post([opened, ports = std::move(ports)] { opened(ports); });
  });
}

std::vector<media::DtlsFingerprint> RelayedSessions::dtls_fingerprints(std::uint64_t id) const {
  if (pool_.holds(id)) return {};
  return board_.dtls_fingerprints();
}

base::Result<void> RelayedSessions::configure(std::uint64_t id, media::Side side, media::LegMedia leg) {
  return pool_.holds(id) ? pool_.configure(id, side, std::move(leg)) : board_.configure(id, side, std::move(leg));
}

std::optional<media::SessionStats> RelayedSessions::stats(std::uint64_t id) const {
  const auto relayed = pool_.stats(id);
  return relayed ? relayed : board_.stats(id);
}

void RelayedSessions::close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) {
  if (!pool_.holds(id)) return closed(board_.close(id));
  pool_.close(id, [&answer_on, closed](const std::optional<media::SessionStats>& stats) {
    answer_on.post([closed, stats] { closed(stats); });
  });
}

}  // namespace cadenas::pbx
