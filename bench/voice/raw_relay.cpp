#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace {

constexpr std::size_t batch = 16, packet_octets = 1500;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

struct Side {
  int socket = -1;
  std::uint16_t port = 0;
  sockaddr_in phone{};
  Side* other = nullptr;
};

void open_side(Side& side, std::uint16_t port, std::uint16_t phone, Side& other, int epoll) {
  side = {::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), port, loopback(phone), &other};
  const sockaddr_in at = loopback(port);
  if (::bind(side.socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) give_up("bind");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &side;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, side.socket, &event) != 0) give_up("epoll_ctl");
}

void forward(const Side& from) {
  static std::array<std::array<char, packet_octets>, batch> octets;
  static std::array<iovec, batch> blocks;
  static std::array<mmsghdr, batch> messages;
  for (std::size_t i = 0; i < batch; ++i) {
    blocks[i] = {octets[i].data(), packet_octets};
    messages[i].msg_hdr = {};
    messages[i].msg_hdr.msg_iov = &blocks[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int got = ::recvmmsg(from.socket, messages.data(), batch, MSG_DONTWAIT, nullptr);
  if (got <= 0) return;
  sockaddr_in to = from.other->phone;
  for (int i = 0; i < got; ++i) {
    blocks[i].iov_len = messages[i].msg_len;
    messages[i].msg_hdr.msg_name = &to;
    messages[i].msg_hdr.msg_namelen = sizeof to;
  }
  static_cast<void>(::sendmmsg(from.other->socket, messages.data(), static_cast<unsigned>(got), MSG_DONTWAIT));
}

}  // namespace

/// The raw limit of a relay with a socket for each side of each call: epoll, recvmmsg, sendmmsg, and no look at what is
/// carried. Prints the plan for cadenas-media-load as cadenas-board-host does, then relays until it is told to end.
int main(int argc, char** argv) {
  CLI::App app{"cadenas-raw-relay: the raw limit beside the media board"};
  unsigned calls = 100;
  std::uint16_t a_port = 40000, b_port = 40002, first_port = 42000;
  app.add_option("--calls", calls, "calls to relay")->check(CLI::Range(1, 5000));
  app.add_option("--a-port", a_port, "the phones' port on the A side");
  app.add_option("--b-port", b_port, "the phones' port on the B side");
  app.add_option("--first-port", first_port, "first port of the relay");
  CLI11_PARSE(app, argc, argv);

  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int epoll = ::epoll_create1(0);
  std::vector<std::array<Side, 2>> sides(calls);
  // As the board: an RTP port is even, the odd one beside it is RTCP's.
  std::uint16_t port = first_port;
  for (auto& [a, b] : sides) {
    open_side(a, port, a_port, b, epoll);
    open_side(b, static_cast<std::uint16_t>(port + 2), b_port, a, epoll);
    port = static_cast<std::uint16_t>(port + 4);
    std::printf("%u - - %u - -\n", a.port, b.port);
  }
  std::printf("ready\n");
  std::fflush(stdout);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = ::epoll_wait(epoll, events.data(), events.size(), -1);
    if (ready < 0 && errno != EINTR) give_up("epoll_wait");
    for (int i = 0; i < ready; ++i) forward(*static_cast<const Side*>(events[i].data.ptr));
  }
}
