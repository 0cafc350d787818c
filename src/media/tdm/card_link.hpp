#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "media/tdm/card_message.hpp"
#include "media/tdm/seqpacket_socket.hpp"

namespace cadenas::media::tdm {

/// The card's end of the socket, for emulators and tests. It never waits. One thread at a time.
class CardLink {
 public:
  /// Connects to the bus that listens at `path`. Error: "tdm.socket" (nobody listens there, or it is not allowed).
  static base::Result<std::unique_ptr<CardLink>> connect(const std::string& path);
  /// Takes over a connected socket.
  explicit CardLink(int fd) : socket_(fd) {}

  /// Readable when there is something to read.
  int descriptor() const { return socket_.descriptor(); }
  /// What the bus said next, good until the next call; nothing when there is nothing. Errors: "tdm.closed" (the bus is
  /// gone, or let us go), and those of parse_card_message.
  base::Result<std::optional<CardMessage>> read();
  /// False if the bus does not take it now.
  bool write(const CardMessage& message);
  /// 20 ms of a line, with the next number of that line.
  bool write_block(std::uint8_t line, base::ByteView block);

 private:
  SeqpacketSocket socket_;
  std::array<std::uint32_t, kMostLines> sequences_{};
  std::array<std::uint8_t, kMostMessage> reading_{};
  std::array<std::uint8_t, kMostMessage> writing_{};
};

}  // namespace cadenas::media::tdm
