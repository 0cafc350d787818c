#pragma once

#include <memory>
#include <utility>

#include "media/leg_media.hpp"
#include "media/srtcp.hpp"
#include "media/srtp_sender.hpp"

namespace cadenas::media {

/// The sending key of one leg over its life. One thread at a time.
class SendKeys {
 public:
  bool empty() const { return !current_; }
  /// The key in force; call when not empty.
  const SrtpParams& params() const { return current_->params; }
  SrtpSender& rtp() { return current_->rtp; }
  SrtcpSender& rtcp() { return current_->rtcp; }

  /// The other leg's peer numbers the packets under this key (pass-through); from then on it must not encrypt anything
  /// of ours, or a keystream could be used twice.
  void leave_to_peer() { current_->is_left_to_peer = true; }
  bool is_left_to_peer() const { return current_->is_left_to_peer; }

  /// A new key starts with rollover counter 0; the same key goes on with its counters.
  void set(SrtpParams params) {
    if (current_ && current_->params == params) return;
    current_ = std::make_unique<Context>(std::move(params));
  }
  void clear() { current_.reset(); }

 private:
  struct Context {
    explicit Context(SrtpParams p) : params(std::move(p)), rtp(params), rtcp(params) {}
    SrtpParams params;
    SrtpSender rtp;
    SrtcpSender rtcp;
    bool is_left_to_peer = false;
  };
  std::unique_ptr<Context> current_;
};

}  // namespace cadenas::media
