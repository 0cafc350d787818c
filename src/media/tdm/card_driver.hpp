#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "media/tdm/card_message.hpp"
#include "media/tdm/driver.hpp"
#include "media/tdm/seqpacket_socket.hpp"

namespace cadenas::media::tdm {

/// Reaches a line card over its socket. A card that sends what it must not is let go, and told why.
class CardDriver final : public Driver {
 public:
  /// Takes over a connected socket, non-blocking already.
  explicit CardDriver(int fd) : socket_(fd), events_left_(kMostEvents) {}

  int descriptor() const override { return socket_.descriptor(); }
  void serve(DriverUser& user) override;
  bool send(std::uint8_t line, base::ByteView block) override;
  void tell(SlotId port, const Command& command) override;

 private:
  static constexpr unsigned kMostEvents = 512;  // two for each port of the largest shelf
  static constexpr unsigned kEventsAFrame = 32;

  bool take(const CardMessage& message, DriverUser& user);
  void let_go(const std::string& code, DriverUser& user);

  SeqpacketSocket socket_;
  bool has_attached_ = false;
  bool is_stuck_ = false;
  unsigned events_left_;  // that may come before the next 20 ms
  std::array<std::uint32_t, kMostLines> sequences_{};
  std::array<std::uint8_t, kMostMessage> reading_{};
  std::array<std::uint8_t, kMostMessage> writing_{};
};

}  // namespace cadenas::media::tdm
