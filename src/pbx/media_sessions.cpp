#include "pbx/media_sessions.hpp"

#include <utility>

#include "media/board.hpp"

namespace cadenas::pbx {

void BoardSessions::open(std::uint64_t id, media::AddressFamily a, media::AddressFamily b, bool, base::Loop&,
                         const Opened& opened) {
  opened(eip_.check().and_then([&] { return board_.open(id, a, b); }));
}

std::vector<media::DtlsFingerprint> BoardSessions::dtls_fingerprints(std::uint64_t) const {
  return board_.dtls_fingerprints();
}

base::Result<void> BoardSessions::configure(std::uint64_t id, media::Side side, media::LegMedia leg) {
  return board_.configure(id, side, std::move(leg));
}

std::optional<media::SessionStats> BoardSessions::stats(std::uint64_t id) const {
  return board_.stats(id);
}

void BoardSessions::close(std::uint64_t id, base::Loop&, const Closed& closed) {
  closed(board_.close(id));
}

}  // namespace cadenas::pbx
