#include "media/audio/telephone_event.hpp"

#include <algorithm>
#include <string_view>

#include "media/rtp.hpp"

namespace cadenas::media {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr unsigned kEndBit = 0x80;
constexpr unsigned kVolumeMask = 0x3f;
constexpr unsigned kEndPackets = 3;
constexpr std::uint32_t kLongestSegment = 0xffff;

}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(base::ByteView payload) {
  if (payload.size() < TelephoneEvent::kOctets) return std::nullopt;
  return TelephoneEvent{payload[0], (payload[1] & kEndBit) != 0, static_cast<std::uint8_t>(payload[1] & kVolumeMask),
                        read_u16(payload, 2)};
}

std::array<std::uint8_t, TelephoneEvent::kOctets> write_telephone_event(const TelephoneEvent& event) {
  return {event.code, static_cast<std::uint8_t>((event.is_end ? kEndBit : 0) | (event.volume & kVolumeMask)),
          static_cast<std::uint8_t>(event.duration >> 8), static_cast<std::uint8_t>(event.duration)};
}

std::optional<std::uint8_t> event_of_digit(char digit) {
  const char upper = digit >= 'a' && digit <= 'd' ? static_cast<char>(digit - 'a' + 'A') : digit;
  const std::size_t at = kDigits.find(upper);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(at);
}

std::optional<char> digit_of_event(std::uint8_t code) {
  if (code >= kDigits.size()) return std::nullopt;
  return kDigits[code];
}

std::optional<EventReceiver::Notice> EventReceiver::put(base::ByteView payload, std::uint32_t timestamp) {
  const std::optional<TelephoneEvent> event = parse_telephone_event(payload);
  if (!event) return std::nullopt;
  bool begins = !heard_;
  if (heard_ && timestamp != timestamp_) {
    const auto step = static_cast<std::int32_t>(timestamp - timestamp_);
    if (step < 0) return std::nullopt;
    // The end of each segment before the last is its 65,535th unit.
    const bool goes_on = !ended_ && event->code == last_.code && static_cast<std::uint32_t>(step) == kLongestSegment;
    begins = !goes_on;
  } else if (heard_ && (ended_ || !event->is_end)) {
    last_.duration = std::max(last_.duration, event->duration);
    return std::nullopt;
  }
  heard_ = true;
  timestamp_ = timestamp;
  last_ = *event;
  ended_ = event->is_end;
  if (!begins && !event->is_end) return std::nullopt;
  return Notice{*event, begins, event->is_end};
}

EventSender::EventSender(std::uint8_t code, std::uint32_t timestamp, std::uint32_t units_a_packet,
                         std::uint32_t duration, std::uint8_t volume)
    : event_{code, false, volume, 0},
      timestamp_(timestamp),
      units_a_packet_(std::max<std::uint32_t>(1, units_a_packet)),
      duration_(std::clamp<std::uint32_t>(duration, 1, kLongestSegment)) {}

std::optional<EventSender::Packet> EventSender::next() {
  if (ends_sent_ == kEndPackets) return std::nullopt;
  const bool marker = event_.duration == 0;
  if (ends_sent_ == 0) {
    event_.duration =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(event_.duration + units_a_packet_, kLongestSegment));
    event_.is_end = event_.duration >= duration_;
  }
  if (event_.is_end) ++ends_sent_;
  return Packet{write_telephone_event(event_), timestamp_, marker};
}

}  // namespace cadenas::media
