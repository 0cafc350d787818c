#include "media/tdm/in_process_shelf.hpp"

namespace cadenas::media::tdm {

InProcessShelf::InProcessShelf(ShelfDescription description) : description_(std::move(description)) {
  for (const PortDescription& port : description_.ports) ports_[port.at];
}

void InProcessShelf::tell(SlotId port, Event event) {
  const std::lock_guard lock(mutex_);
  events_.emplace_back(port, std::move(event));
}

std::optional<Command> InProcessShelf::next_command(SlotId port) {
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(port);
  if (found == ports_.end() || found->second.commands.empty()) return std::nullopt;
  Command command = std::move(found->second.commands.front());
  found->second.commands.pop_front();
  return command;
}

void InProcessShelf::say(SlotId port, base::ByteView voice) {
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(port);
  if (found != ports_.end()) found->second.to_say.insert(found->second.to_say.end(), voice.begin(), voice.end());
}

base::Bytes InProcessShelf::heard(SlotId port) {
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(port);
  if (found == ports_.end()) return {};
  base::Bytes heard(found->second.heard.begin(), found->second.heard.end());
  found->second.heard.clear();
  return heard;
}

void InProcessShelf::pull_out() {
  const std::lock_guard lock(mutex_);
  pulled_out_ = true;
}

}  // namespace cadenas::media::tdm
