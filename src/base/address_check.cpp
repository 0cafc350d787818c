#include "base/address_check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <system_error>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arp.hpp"

namespace cadenas::base {

namespace {

constexpr unsigned dad_failed = 0x08;  // IFA_F_DADFAILED
constexpr unsigned probes = 3;         // RFC 5227 §1.1, PROBE_NUM

struct Interface {
  std::string name;
  unsigned flags = 0;
};

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::optional<Interface> interface_of(const Endpoint& address) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> kept(list, freeifaddrs);
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    if (Endpoint::from(at->ifa_addr).address() == address.address()) return Interface{at->ifa_name, at->ifa_flags};
  }
  return std::nullopt;
}

std::string refused(const char* what) {
  return std::string(what) + ": " + std::generic_category().message(errno) + ".";
}

// `name` of `/proc/net/if_inet6`: address, index, prefix length, scope, flags, interface.
bool duplicate_ip6(const Endpoint& address, const std::string& interface) {
  std::ifstream table("/proc/net/if_inet6");
  std::string hex;
  std::string index;
  std::string prefix;
  std::string scope;
  std::string flags;
  std::string name;
  const auto* octets = &reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr;
  const std::string wanted = to_hex({reinterpret_cast<const std::uint8_t*>(octets), sizeof(in6_addr)});
  while (table >> hex >> index >> prefix >> scope >> flags >> name) {
    if (hex == wanted && name == interface) return (std::stoul(flags, nullptr, 16) & dad_failed) != 0;
  }
  return false;
}

class ArpLink {
 public:
  explicit ArpLink(const std::string& interface)
      : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP))) {
    if (socket_.fd() < 0) {
      problem_ = refused("ARP needs a packet socket (CAP_NET_RAW)");
      return;
    }
    ifreq request{};
    interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
    if (::ioctl(socket_.fd(), SIOCGIFHWADDR, &request) != 0) {
      problem_ = refused("The interface does not tell its hardware address");
      return;
    }
    std::memcpy(own_.data(), request.ifr_hwaddr.sa_data, own_.size());
    link_.sll_family = AF_PACKET;
    link_.sll_protocol = htons(ETH_P_ARP);
    link_.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    link_.sll_halen = static_cast<unsigned char>(own_.size());
    std::fill_n(link_.sll_addr, own_.size(), std::uint8_t{0xff});
    if (::bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&link_), sizeof link_) != 0) {
      problem_ = refused("The packet socket cannot be bound to the interface");
    }
  }

  const std::string& problem() const { return problem_; }
  const MacAddress& own() const { return own_; }

  void probe(const Ip4Address& address) const {
    const Bytes packet = make_arp_probe(own_, address);
    (void)::sendto(socket_.fd(), packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&link_),
                   sizeof link_);
  }

  /// Who else claims the address until then.
  std::optional<MacAddress> wait_for_claim(const Ip4Address& address, std::chrono::steady_clock::time_point end) const {
    for (;;) {
      const auto left = std::chrono::ceil<Millis>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      pollfd readable{socket_.fd(), POLLIN, 0};
      if (::poll(&readable, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
      std::array<std::uint8_t, 128> octets{};
      const ssize_t size = ::recv(socket_.fd(), octets.data(), octets.size(), MSG_DONTWAIT);
      if (size <= 0) continue;
      const auto packet = parse_arp({octets.data(), static_cast<std::size_t>(size)});
      if (packet && claims(*packet, own_, address)) return packet->sender_mac;
    }
  }

 private:
  Socket socket_;
  sockaddr_ll link_{};
  MacAddress own_{};
  std::string problem_;
};

AddressCheck ask_link(AddressCheck check, Millis patience) {
  const ArpLink link(check.interface);
  if (!link.problem().empty()) {
    check.state = AddressState::unproven;
    check.reason = link.problem();
    return check;
  }
  Ip4Address address{};
  std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in*>(check.address.data())->sin_addr, address.size());
  const auto begun = std::chrono::steady_clock::now();
  for (unsigned i = 1; i <= probes; ++i) {
    link.probe(address);
    const auto other = link.wait_for_claim(address, begun + patience * i / probes);
    if (!other) continue;
    check.state = AddressState::conflict;
    check.reason = "The machine " + to_string(*other) + " on " + check.interface + " has the address, too.";
    return check;
  }
  return check;
}

}  // namespace

AddressCheck check_address(const Endpoint& address, Millis patience) {
  AddressCheck check{address.host_only()};
  const auto interface = interface_of(address);
  if (!interface) {
    check.state = AddressState::absent;
    check.reason = "No interface of this machine has the address.";
    return check;
  }
  check.interface = interface->name;
  if ((interface->flags & IFF_LOOPBACK) != 0) return check;
  if (address.is_v6()) {
    if (duplicate_ip6(address, interface->name)) {
      check.state = AddressState::conflict;
      check.reason = "The kernel found another machine with the address on " + interface->name + ".";
    }
    return check;
  }
  if ((interface->flags & IFF_NOARP) != 0) return check;
  return ask_link(std::move(check), patience);
}

}  // namespace cadenas::base
