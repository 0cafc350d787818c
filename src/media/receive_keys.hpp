#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "media/leg_media.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_receiver.hpp"

namespace cadenas::media {

/// The receiving keys of one leg over its life: the current one, and during a re-key the one before, which is good
/// until the first RTP packet verifies with the current one (RFC 4568 §7.1.4). One thread at a time.
class ReceiveKeys {
 public:
  bool empty() const { return !current_; }
  /// The suite of the current key; call when not empty.
  Suite suite() const { return current_->params.suite; }
  /// True if the current key is this one.
  bool is_current(const SrtpParams& params) const { return current_ && current_->params == params; }

  /// Makes `params` the current key; if it is already, its rollover counters go on and only its MKI may be another.
  void set(SrtpParams params);
  void clear();

  struct Opened {
    Receipt receipt;
    bool by_current = true;
  };
  /// `opening` is for the current key; a packet under the key before is always decrypted.
  Opened open_rtp(std::span<std::uint8_t> packet, Opening opening);
  Opened open_rtcp(std::span<std::uint8_t> packet, Opening opening);

 private:
  struct Context {
    explicit Context(SrtpParams p) : params(std::move(p)), rtp(params), rtcp(params) {}
    SrtpParams params;
    SrtpReceiver rtp;
    SrtcpReceiver rtcp;
    bool verified = false;  // an RTP packet verified with it
  };
  std::unique_ptr<Context> current_;
  std::unique_ptr<Context> before_;
};

}  // namespace cadenas::media
