#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace cadenas::media {

/// One report of an event in RTP (RFC 4733 §2.3). A value.
struct TelephoneEvent {
  static constexpr std::size_t kOctets = 4;

  std::uint8_t code = 0;       ///< 0…9, 10 for *, 11 for #, 12…15 for A…D, 16 for flash (RFC 4733 §3.2)
  bool is_end = false;         ///< the event is over
  std::uint8_t volume = 10;    ///< -dBm0, 0…63
  std::uint16_t duration = 0;  ///< so far, in units of the RTP clock

  friend bool operator==(const TelephoneEvent&, const TelephoneEvent&) = default;
};

/// Reads the first event of a payload; nothing if it is shorter than one.
std::optional<TelephoneEvent> parse_telephone_event(base::ByteView payload);
std::array<std::uint8_t, TelephoneEvent::kOctets> write_telephone_event(const TelephoneEvent& event);

/// `0`…`9`, `*`, `#`, `A`…`D` (either case); nothing for any other.
std::optional<std::uint8_t> event_of_digit(char digit);
std::optional<char> digit_of_event(std::uint8_t code);

/// Makes of the many packets of an event one beginning and one end. A value; one thread at a time.
class EventReceiver {
 public:
  /// What is new in a packet; both at once if only the last packets of an event arrived.
  struct Notice {
    TelephoneEvent event;
    bool begins = false;
    bool ends = false;
  };
  /// Nothing for a repetition, for a packet that comes after a newer event's, or for a payload that is none. An event
  /// that goes on past 65,535 units in a new segment (RFC 4733 §2.5.1.3) is one event.
  std::optional<Notice> put(base::ByteView payload, std::uint32_t timestamp);

 private:
  bool heard_ = false;
  bool ended_ = false;
  std::uint32_t timestamp_ = 0;
  TelephoneEvent last_;
};

/// The packets of one event: its duration grows with each, and the last is sent three times (RFC 4733 §2.5.1.4).
/// A value; one thread at a time.
class EventSender {
 public:
  /// `units_a_packet`: RTP units from one packet to the next. `duration` is rounded up to whole packets, and to 65,535
  /// units at most.
  EventSender(std::uint8_t code, std::uint32_t timestamp, std::uint32_t units_a_packet, std::uint32_t duration,
              std::uint8_t volume = 10);

  struct Packet {
    std::array<std::uint8_t, TelephoneEvent::kOctets> payload{};
    std::uint32_t timestamp = 0;  ///< of all packets of the event: when it began
    bool marker = false;          ///< the first
  };
  /// Call once per packet time; nothing when the event is over.
  std::optional<Packet> next();

 private:
  TelephoneEvent event_;
  std::uint32_t timestamp_;
  std::uint32_t units_a_packet_;
  std::uint32_t duration_;
  unsigned ends_sent_ = 0;
};

}  // namespace cadenas::media
