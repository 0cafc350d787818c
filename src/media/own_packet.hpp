#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <sys/socket.h>

#include "media/departure.hpp"

namespace cadenas::media {

struct Port;

/// A packet that is made here and not relayed, with the memory that the kernel reads while it leaves. It belongs to
/// whoever makes it and stays where it is; between `PacketLoop::originate` and `PortUser::on_sent` it is the loop's.
struct OwnPacket {
  /// The largest payload of the codecs, the header and what SRTP adds.
  std::array<std::uint8_t, 1500> buffer;
  bool is_leaving = false;

  // The loop's own.
  Port* through = nullptr;
  std::optional<Departure> departure;
  bool failed = false;
  iovec block{};
  msghdr message{};
};

}  // namespace cadenas::media
