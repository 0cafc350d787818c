#include "pki/system_names.hpp"

#include <algorithm>

#include "base/endpoint.hpp"

namespace cadenas::pki {
namespace {

void add_once(std::vector<std::string>& to, const std::string& name) {
  if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
}

}  // namespace

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('.', start), name.size());
    const std::string_view label = name.substr(start, end - start);
    const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (label.empty() || label.size() > 63 || !letters || label.front() == '-' || label.back() == '-') return false;
    start = end + 1;
  }
  return true;
}

base::Result<CertificateNames> names_in_certificate(const SystemNames& system, const char* failure_code) {
  CertificateNames result;
  std::vector<std::string> addresses{system.tel_address};
  addresses.insert(addresses.end(), system.other_addresses.begin(), system.other_addresses.end());
  for (const std::string& address : addresses) {
    const auto parsed = base::Endpoint::parse(address, 0);
    if (!parsed) {
      return base::fail(failure_code,
                        "Expected an IPv4 or IPv6 address for the certificate, found \"" + address + "\".", address);
    }
    add_once(result.addresses, parsed->address());
  }
  result.common_name = result.addresses.front();
  result.dns = result.addresses;
  for (const std::string& name : system.host_names) {
    if (!is_host_name(name)) {
      return base::fail(failure_code, "Expected a host name for the certificate, found \"" + name + "\".", name);
    }
    add_once(result.dns, name);
  }
  return result;
}

}  // namespace cadenas::pki
