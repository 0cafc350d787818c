#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sip/flow.hpp"

namespace cadenas::pbx {

/// A peer that was turned away, and how often for the same reason: what an administrator reads to find the phone.
struct Refusal {
  std::string code;     ///< stable: "tls.client-…", "tls.server-…", "mode.not-a-trunk", "mode.trunk-identity",
                        ///< "register.certificate", "trunk.no-relay"
  std::string message;  ///< one sentence; no secret
  sip::Transport transport{};
  std::string address;  ///< it came from, or we connected to, without port
  std::string subject;  ///< of the certificate it showed, or the number it asked for; empty if neither
  base::WallTime first{};
  base::WallTime last{};
  std::uint64_t count = 0;
};

/// The latest refusals (MODE-3, MODE-4), each kind and peer once: a phone that tries every minute must not push the
/// others out. Any thread; a refusal takes a lock for some map work, so it is not for hot paths.
class RefusalLog {
 public:
  explicit RefusalLog(std::size_t largest = 1'000) : largest_(largest) {}

  /// The error's field becomes the subject. The first of its kind from a peer goes to the log, too.
  void note(const sip::Flow& from, const base::Error& why, base::WallTime now);
  /// Latest first.
  std::vector<Refusal> latest() const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // code, address, subject
  mutable std::mutex mutex_;
  std::size_t largest_;
  std::map<Key, Refusal> refusals_;  // under mutex_
};

}  // namespace cadenas::pbx
