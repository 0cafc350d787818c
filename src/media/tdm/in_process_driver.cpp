#include "media/tdm/in_process_driver.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "media/tdm/e1_block.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr std::size_t kMostKept = std::size_t{60} * hertz(SampleRate::narrow);

}  // namespace

void InProcessDriver::serve(DriverUser& user) {
  if (!has_attached_) {
    has_attached_ = true;
    if (const base::Result<void> taken = user.on_attached(shelf_->description()); !taken) {
      base::log::warning("tdm.shelf-refused", {{"shelf", shelf_->description().name}, {"reason", taken.error().code}});
      return user.on_gone(taken.error().code);
    }
  }
  std::vector<std::pair<SlotId, Event>> events;
  bool pulled_out = false;
  {
    const std::lock_guard lock(shelf_->mutex_);
    events.swap(shelf_->events_);
    pulled_out = shelf_->pulled_out_;
  }
  for (const auto& [port, event] : events) user.on_event(port, event);
  if (pulled_out) return user.on_gone("tdm.card-gone");
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    if (std::exchange(lines_[line].is_due, false)) say(static_cast<std::uint8_t>(line), user);
  }
}

void InProcessDriver::say(std::uint8_t line, DriverUser& user) {
  std::array<std::uint8_t, kBlockOctets> block;
  const G711Law law = shelf_->description().law;
  clear_block(block, law);
  {
    const std::lock_guard lock(shelf_->mutex_);
    for (auto& [at, port] : shelf_->ports_) {
      if (at.line != line || port.to_say.empty()) continue;
      SlotFrame frame = silent_frame(law);
      const auto octets = static_cast<std::ptrdiff_t>(std::min(port.to_say.size(), frame.size()));
      std::copy_n(port.to_say.begin(), octets, frame.begin());
      port.to_say.erase(port.to_say.begin(), port.to_say.begin() + octets);
      write_slot(block, at.slot, frame);
    }
  }
  user.on_block(line, lines_[line].sequence++, block);
}

bool InProcessDriver::send(std::uint8_t line, base::ByteView block) {
  lines_[line].is_due = true;
  const std::lock_guard lock(shelf_->mutex_);
  for (auto& [at, port] : shelf_->ports_) {
    if (at.line != line) continue;
    SlotFrame frame;
    read_slot(block, at.slot, frame);
    port.heard.insert(port.heard.end(), frame.begin(), frame.end());
    if (port.heard.size() > kMostKept) {
      port.heard.erase(port.heard.begin(), port.heard.end() - static_cast<std::ptrdiff_t>(kMostKept));
    }
  }
  return true;
}

void InProcessDriver::tell(SlotId port, const Command& command) {
  const std::lock_guard lock(shelf_->mutex_);
  if (const auto found = shelf_->ports_.find(port); found != shelf_->ports_.end()) {
    found->second.commands.push_back(command);
  }
}

}  // namespace cadenas::media::tdm
