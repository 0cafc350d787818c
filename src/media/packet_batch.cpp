#include "media/packet_batch.hpp"

#include <cerrno>

namespace cadenas::media {

PacketBatch::PacketBatch()
    : buffers_(std::make_unique<std::array<std::array<std::uint8_t, PacketLoop::kBuffer>, kPackets>>()) {
  for (std::size_t i = 0; i < kPackets; ++i) {
    in_room_[i] = {(*buffers_)[i].data(), PacketLoop::kLargest};
    in_[i].msg_hdr.msg_iov = &in_room_[i];
    in_[i].msg_hdr.msg_iovlen = 1;
    in_[i].msg_hdr.msg_name = &sources_[i];
    in_[i].msg_hdr.msg_namelen = sizeof sources_[i];
    out_[i].msg_hdr.msg_iov = &out_data_[i];
    out_[i].msg_hdr.msg_iovlen = 1;
  }
}

std::size_t PacketBatch::receive(int fd) {
  for (;;) {
    const int got = ::recvmmsg(fd, in_.data(), kPackets, MSG_DONTWAIT, nullptr);
    // The kernel wrote the length of each source over the room for it.
    for (int i = 0; i < got; ++i) in_[i].msg_hdr.msg_namelen = sizeof sources_[i];
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return 0;
  }
}

std::size_t PacketBatch::octets(std::size_t i) const {
  return (in_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0 ? 0 : in_[i].msg_len;
}

base::Endpoint PacketBatch::source(std::size_t i) const {
  return base::Endpoint::from(reinterpret_cast<const sockaddr*>(&sources_[i]));
}

void PacketBatch::depart(std::size_t i, Port& through, const Departure& departure) {
  const std::size_t n = departures_++;
  leaving_[n].emplace(Outgoing{&through, departure});
  out_data_[n] = {(*buffers_)[i].data(), departure.octets};
  if (through.peer.is_set()) {
    out_[n].msg_hdr.msg_name = nullptr;
    out_[n].msg_hdr.msg_namelen = 0;
    return;
  }
  // sendmmsg only reads the address.
  out_[n].msg_hdr.msg_name = const_cast<sockaddr*>(leaving_[n]->departure.destination.data());
  out_[n].msg_hdr.msg_namelen = leaving_[n]->departure.destination.size();
}

void PacketBatch::flush() {
  for (std::size_t first = 0; first < departures_;) {
    const int fd = leaving_[first]->through->fd;
    std::size_t end = first + 1;
    while (end < departures_ && leaving_[end]->through->fd == fd) ++end;
    while (first < end) {
      const int sent = ::sendmmsg(fd, &out_[first], static_cast<unsigned>(end - first), MSG_DONTWAIT);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) {
        report(first++, false);
        continue;
      }
      for (int i = 0; i < sent; ++i) report(first++, true);
    }
  }
  departures_ = 0;
}

}  // namespace cadenas::media
