#include "base/endpoint.hpp"

#include <cstring>
#include <functional>

#include <arpa/inet.h>

namespace cadenas::base {

namespace {

/// inet_ntop goes through printf for it, and every message says several.
std::string dotted(std::uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text += '.';
    text += std::to_string(address >> shift & 0xff);
  }
  return text;
}

}  // namespace

Endpoint Endpoint::from(const sockaddr* address) {
  Endpoint out;
  if (address->sa_family == AF_INET6) {
    std::memcpy(&out.storage_.v6, address, sizeof(sockaddr_in6));
  } else if (address->sa_family == AF_INET) {
    std::memcpy(&out.storage_.v4, address, sizeof(sockaddr_in));
  }
  return out;
}

Result<Endpoint> Endpoint::parse(std::string_view address, std::uint16_t port) {
  const std::string text(address);
  Endpoint out;
  if (inet_pton(AF_INET, text.c_str(), &out.storage_.v4.sin_addr) == 1) {
    out.storage_.v4.sin_family = AF_INET;
    out.storage_.v4.sin_port = htons(port);
    return out;
  }
  out = Endpoint{};
  if (inet_pton(AF_INET6, text.c_str(), &out.storage_.v6.sin6_addr) == 1) {
    out.storage_.v6.sin6_family = AF_INET6;
    out.storage_.v6.sin6_port = htons(port);
    return out;
  }
  return fail("endpoint.address", "Expected an IPv4 or IPv6 address, found \"" + text + "\".", "address");
}

std::uint16_t Endpoint::port() const {
  return ntohs(is_v6() ? storage_.v6.sin6_port : storage_.v4.sin_port);
}

Endpoint Endpoint::with_port(std::uint16_t port) const {
  Endpoint out = *this;
  if (is_v6()) {
    out.storage_.v6.sin6_port = htons(port);
  } else {
    out.storage_.v4.sin_port = htons(port);
  }
  return out;
}

bool Endpoint::is_loopback() const {
  if (is_v6()) return IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
  return is_set() && ntohl(storage_.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

std::string Endpoint::address() const {
  if (is_v6()) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof text);
    return text;
  }
  return is_set() ? dotted(ntohl(storage_.v4.sin_addr.s_addr)) : std::string{};
}

std::string Endpoint::to_string() const {
  if (!is_set()) return "-";
  return (is_v6() ? "[" + address() + "]" : address()) + ":" + std::to_string(port());
}

bool operator==(const Endpoint& a, const Endpoint& b) {
  if (a.storage_.any.sa_family != b.storage_.any.sa_family || a.port() != b.port()) return false;
  if (a.is_v6()) {
    return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0 &&
           a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id;
  }
  return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
}

std::size_t Endpoint::hash() const {
  const std::string_view address =
      is_v6() ? std::string_view(reinterpret_cast<const char*>(&storage_.v6.sin6_addr), sizeof(in6_addr))
              : std::string_view(reinterpret_cast<const char*>(&storage_.v4.sin_addr), sizeof(in_addr));
  return std::hash<std::string_view>{}(address)*31 + port();
}

}  // namespace cadenas::base
