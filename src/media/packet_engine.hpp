#pragma once

#include <cstdint>

namespace cadenas::media {

/// How a media thread speaks to the kernel.
enum class PacketEngine : std::uint8_t {
  automatic,  ///< io_uring where the machine has it and allows it, else epoll
  io_uring,
  epoll,
};

}  // namespace cadenas::media
