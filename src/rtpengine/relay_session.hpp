#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "rtpengine/ng_client.hpp"
#include "rtpengine/session_commands.hpp"

namespace cadenas::rtpengine {

/// One media session on one instance: its commands go out one after the other, and what was asked for meanwhile is told
/// once they are through, latest state only. On the loop of its client, which outlives it.
class RelaySession : public std::enable_shared_from_this<RelaySession> {
 public:
  RelaySession(NgClient& client, SessionNaming naming) : client_(client), naming_(std::move(naming)) {}

  /// Errors those of NgClient::ask and `local_address`.
  void open(std::function<void(base::Result<media::SessionPorts>)> done);
  /// Takes effect once both legs are described. `failed` where rtpengine does not do as told.
  void describe(media::Side side, media::LegMedia leg, std::function<void(const base::Error&)> failed);
  /// Errors those of NgClient::ask and `stats_of`; not in order with descriptions.
  void query(std::function<void(base::Result<media::SessionStats>)> done);
  /// Asks a last time what it counted, and ends it; descriptions not told yet are dropped.
  void close(std::function<void(base::Result<media::SessionStats>)> done);

  bool described() const { return legs_[0] && legs_[1]; }

 private:
  void tell();
  void tell_next(std::shared_ptr<std::deque<Value>> commands);

  NgClient& client_;
  SessionNaming naming_;
  std::optional<media::LegMedia> legs_[2];
  std::function<void(const base::Error&)> failed_;
  bool telling_ = false;
  bool changed_ = false;
  bool closed_ = false;
};

}  // namespace cadenas::rtpengine
