#include "media/tdm/card_driver.hpp"

#include <algorithm>
#include <variant>

#include "base/log.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr int kBatch = 64;  // packets served at a time

}  // namespace

void CardDriver::serve(DriverUser& user) {
  for (int i = 0; i < kBatch; ++i) {
    std::size_t octets = 0;
    const SeqpacketSocket::Read read = socket_.read(reading_, octets);
    if (is_stuck_) return user.on_gone("tdm.card-stuck");
    if (read == SeqpacketSocket::Read::nothing) return;
    if (read == SeqpacketSocket::Read::closed) return user.on_gone("tdm.card-gone");
    const base::Result<CardMessage> message = octets > reading_.size()
                                                  ? base::fail("tdm.message-length", "A message is too long.")
                                                  : parse_card_message(base::ByteView(reading_).first(octets));
    if (!message) return let_go(message.error().code, user);
    if (!take(*message, user)) return;
  }
}

bool CardDriver::take(const CardMessage& message, DriverUser& user) {
  if (const auto* block = std::get_if<Block>(&message); block && has_attached_) {
    user.on_block(block->line, block->sequence, block->octets);
    return true;
  }
  if (const auto* event = std::get_if<PortEvent>(&message); event && has_attached_) {
    if (events_left_ == 0) {
      let_go("tdm.card-floods", user);
      return false;
    }
    --events_left_;
    user.on_event(event->port, event->event);
    return true;
  }
  if (const auto* hello = std::get_if<Hello>(&message); hello && !has_attached_) {
    const base::Result<void> taken = user.on_attached(hello->shelf);
    if (!taken) {
      let_go(taken.error().code, user);
      return false;
    }
    has_attached_ = true;
    socket_.write(write_card_message(Welcome{}));
    return true;
  }
  let_go("tdm.message-order", user);
  return false;
}

void CardDriver::let_go(const std::string& code, DriverUser& user) {
  base::log::warning("tdm.card-refused", {{"reason", code}});
  socket_.write(write_card_message(Refused{code}));
  user.on_gone(code);
}

bool CardDriver::send(std::uint8_t line, base::ByteView block) {
  if (line == 0) events_left_ = std::min(events_left_ + kEventsAFrame, kMostEvents);
  write_block(line, sequences_[line]++, block, writing_);
  return socket_.write(writing_);
}

void CardDriver::tell(SlotId port, const Command& command) {
  if (socket_.write(write_card_message(PortCommand{port, command}))) return;
  // A card that misses what it is told does not know any more which calls there are.
  is_stuck_ = true;
  socket_.shut_down();
}

}  // namespace cadenas::media::tdm
