#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include "base/error.hpp"

namespace cadenas::base {

/// An IPv4 or IPv6 address with a port: a value, ordered, hashable, without DNS.
class Endpoint {
 public:
  Endpoint() = default;
  static Endpoint from(const sockaddr* address);
  /// `address` is a literal IPv4 or IPv6 address, without brackets. Error "endpoint.address".
  static Result<Endpoint> parse(std::string_view address, std::uint16_t port);

  bool is_v6() const { return storage_.v6.sin6_family == AF_INET6; }
  bool is_loopback() const;  ///< 127.0.0.0/8 or ::1
  bool is_set() const { return storage_.v6.sin6_family != AF_UNSPEC; }
  std::uint16_t port() const;
  Endpoint with_port(std::uint16_t port) const;
  std::string address() const;    ///< "192.0.2.1" or "2001:db8::1"
  std::string to_string() const;  ///< "192.0.2.1:5060" or "[2001:db8::1]:5060"
  const sockaddr* data() const { return &storage_.any; }
  socklen_t size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }
  /// The address without the port, for per-source accounting.
  Endpoint host_only() const { return with_port(0); }

  friend bool operator==(const Endpoint& a, const Endpoint& b);
  std::size_t hash() const;

 private:
  union Storage {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6{};
  } storage_;
};

}  // namespace cadenas::base

template <>
struct std::hash<cadenas::base::Endpoint> {
  std::size_t operator()(const cadenas::base::Endpoint& e) const noexcept { return e.hash(); }
};
