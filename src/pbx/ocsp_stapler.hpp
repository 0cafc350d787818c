#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "base/published.hpp"
#include "pki/identity.hpp"
#include "pki/ocsp_cache.hpp"
#include "pki/staple.hpp"

namespace cadenas::pbx {

/// Keeps the OCSP answer about the certificate in service at hand for handshakes, on a thread of its own: a responder
/// that hangs keeps nobody waiting, a distribution point of lists neither. Only "good" is ever stapled.
class OcspStapler {
 public:
  /// `staple` is what handshakes read; `clock` outlives this.
  OcspStapler(pki::OcspCache cache, std::shared_ptr<pki::LiveStaple> staple, const base::Clock& clock);
  /// Waits for the question under way, at most its patience.
  ~OcspStapler();
  OcspStapler(const OcspStapler&) = delete;
  OcspStapler& operator=(const OcspStapler&) = delete;

  /// Takes what is kept on disk about `identity`, on the calling thread, before any `look`.
  void take_kept(const pki::Identity& identity);
  /// Looks whether a new answer about `identity` is due and gets it; null: no certificate is in service. Any thread;
  /// `done` runs on the thread of the stapler, or never when that has ended.
  void look(std::shared_ptr<const pki::Identity> identity, std::function<void()> done);

  /// Of the last look; null where no certificate is in service. Any thread.
  std::shared_ptr<const pki::OcspState> state() const { return state_.load(); }
  /// Looks that had no new answer where one was due. Any thread.
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  void publish(const pki::Identity& identity, pki::OcspState state);

  pki::OcspCache cache_;
  const std::shared_ptr<pki::LiveStaple> staple_;
  base::Published<pki::OcspState> state_;
  std::atomic<std::uint64_t> failures_{0};
  base::Loop loop_;
  std::thread thread_;
};

}  // namespace cadenas::pbx
