#include "sip/udp_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/loop.hpp"
#include "sip/request_check.hpp"
#include "sip/transport_layer.hpp"

namespace cadenas::sip {
namespace {

constexpr std::size_t batch_size = 16;
constexpr int batches_at_once = 8;  // then connections get their turn
// A datagram fits whole; the odd rest keeps the slots from falling on the same cache lines.
constexpr std::size_t slot_octets = 65536 + 1088;

/// CRLF, or zeros, as phones send to keep a NAT binding open.
bool is_keep_alive(std::string_view datagram) {
  return datagram.size() <= 4 && datagram.find_first_not_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

UdpSocket::UdpSocket(TransportLayer& layer, int descriptor, const base::Endpoint& local)
    : layer_(layer),
      local_(local),
      descriptor_(layer.loop().io(), descriptor),
      octets_(new char[batch_size * slot_octets]),
      sources_(batch_size),
      rooms_(batch_size),
      batch_(batch_size) {
  for (std::size_t i = 0; i < batch_size; ++i) {
    rooms_[i] = {octets_.get() + i * slot_octets, 65536};
    batch_[i].msg_hdr.msg_name = &sources_[i];
    batch_[i].msg_hdr.msg_iov = &rooms_[i];
    batch_[i].msg_hdr.msg_iovlen = 1;
  }
}

void UdpSocket::wait_read() {
  if (closed_) return;
  descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           if (!error && !self->closed_) self->receive();
                         });
}

void UdpSocket::wait_write() {
  descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           if (!error && !self->closed_) self->flush();
                         });
}

void UdpSocket::receive() {
  for (int i = 0; i < batches_at_once; ++i) {
    for (mmsghdr& slot : batch_) slot.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    const int received = recvmmsg(descriptor_.native_handle(), batch_.data(), batch_size, MSG_DONTWAIT, nullptr);
    if (received <= 0) break;
    for (int at = 0; at < received; ++at) {
      deliver(batch_[static_cast<std::size_t>(at)]);
      if (closed_) return;
    }
    if (received < static_cast<int>(batch_size)) break;
  }
  wait_read();
}

void UdpSocket::deliver(const mmsghdr& received) {
  const std::span<char> octets(static_cast<char*>(received.msg_hdr.msg_iov->iov_base), received.msg_len);
  if (is_keep_alive({octets.data(), octets.size()})) return layer_.counters_.keep_alives.add();
  Flow flow;
  flow.loop = layer_.loop_.index();
  flow.local = local_;
  flow.remote = base::Endpoint::from(static_cast<const sockaddr*>(received.msg_hdr.msg_name));
  // Nobody can be answered at port 0.
  if (flow.remote.port() == 0) return layer_.counters_.bad_messages.add();
  std::optional<MessageView> partial;
  const auto message = MessageView::parse(octets, layer_.limits_.parse, &partial);
  if (message) {
    layer_.counters_.messages_in.add();
    return layer_.user_.on_message(flow, *message);
  }
  layer_.counters_.bad_messages.add();
  const int status = partial ? status_for(message.error()) : 0;
  layer_.user_.on_bad_message(flow, message.error(), status, partial ? &*partial : nullptr);
}

base::Result<void> UdpSocket::send(const base::Endpoint& to, std::string_view datagram) {
  if (queue_.empty()) {
    for (;;) {
      if (sendto(descriptor_.native_handle(), datagram.data(), datagram.size(), 0, to.data(), to.size()) >= 0)
        return {};
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) break;
      layer_.counters_.datagrams_lost.add();
      return base::fail("flow.send", "Could not send to " + to.to_string() + ": " + std::strerror(errno) + ".");
    }
  }
  if (queued_octets_ + datagram.size() > layer_.limits_.send_queue_octets) {
    layer_.counters_.datagrams_lost.add();
    return base::fail("flow.congested", "The UDP send queue is full.");
  }
  if (queue_.empty()) wait_write();
  queued_octets_ += datagram.size();
  queue_.push_back({to, std::string(datagram)});
  return {};
}

void UdpSocket::flush() {
  while (!queue_.empty()) {
    const Queued& next = queue_.front();
    if (sendto(descriptor_.native_handle(), next.datagram.data(), next.datagram.size(), 0, next.to.data(),
               next.to.size()) < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return wait_write();
      layer_.counters_.datagrams_lost.add();
    }
    queued_octets_ -= next.datagram.size();
    queue_.pop_front();
  }
}

void UdpSocket::close() {
  closed_ = true;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace cadenas::sip
