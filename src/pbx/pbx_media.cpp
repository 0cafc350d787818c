// The pool of rtpengine, where there is one: how it is made, who is told of it, how it is shown.
#include <string>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "pbx/pbx_parts.hpp"

namespace cadenas::pbx {

void Pbx::Parts::make_pool(const base::Clock& clock) {
  if (configuration_.media_pool.relays.instances.empty()) return;
  relay_loop_ = std::make_unique<base::Loop>(loops_.size() + 1, clock);
  rtpengine::Pool::Events events;
  events.on_state = [this](const rtpengine::InstanceView& relay, std::size_t lost) { tell_relay(relay, lost); };
  events.on_lost = [this](const std::vector<rtpengine::Pool::SessionId>& ids) { Calls::media_lost(services_, ids); };
  auto pool = rtpengine::Pool::create(configuration_.media_pool.relays, *relay_loop_, std::move(events));
  // Of what is configured by address nothing but the system itself can refuse a socket.
  if (!pool) throw std::system_error(std::make_error_code(std::errc::network_unreachable), pool.error().message);
  pool_ = std::move(*pool);
  relayed_ = std::make_unique<RelayedSessions>(*pool_, board_, eip_, configuration_.media_pool.fall_back);
  services_.media = relayed_.get();
}

void Pbx::Parts::tell_relay(const rtpengine::InstanceView& relay, std::size_t lost) {
  const bool up = relay.state == rtpengine::InstanceState::up;
  const std::string code = up ? "media.relay-up" : "media.relay-down";
  std::string message = up ? "rtpengine answers and takes calls." : "Media lost. " + relay.reason;
  if (lost != 0) message += " Calls that had their media on it: " + std::to_string(lost) + ".";
  base::log::warning(code, {{"relay", relay.control}, {"message", message}, {"sessions_lost", lost}});
  store::JournalEntry entry;
  entry.at = relay.since;
  entry.actor = "system";
  entry.code = code;
  entry.message = std::move(message);
  entry.subject = relay.control;
  store_->write_journal(std::move(entry), {});
  office_.post([this] { look_at_alarms(); });
}

MediaView Pbx::Parts::media() const {
  MediaView out;
  out.board_sessions = board_.sessions();
  if (!pool_) return out;
  out.pool = pool_->view();
  out.falls_back = configuration_.media_pool.fall_back;
  out.fallbacks = relayed_->fallbacks();
  return out;
}

}  // namespace cadenas::pbx
