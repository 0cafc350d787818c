#pragma once

#include <string>
#include <utility>
#include <vector>

#include "call_harness.hpp"

namespace cadenas::pbx::test {

inline std::shared_ptr<const base::SecretBytes> pin(std::string_view digits) {
  return std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(digits)));
}

/// An iPBX with conference rooms, and phones that enter them.
struct Rooms {
  explicit Rooms(unsigned loops = 1) : exchange(loops) {}

  store::ConferenceRoom& add(const std::string& number) {
    exchange.rooms[number].number = number;
    return exchange.rooms[number];
  }
  /// A phone of that number calls the room, is answered, and acknowledges.
  Phone& enter(const std::string& who, const std::string& room, const std::string& sdp, unsigned loop = 0) {
    Phone& phone = exchange.phone(who, sip::Transport::tls, loop);
    phone.invite(room, sdp);
    phone.ack(*phone.response(200));
    return phone;
  }
  Phone& enter_encrypted(const std::string& who, const std::string& room, unsigned loop = 0) {
    return enter(who, room, savp(4000, 'a'), loop);
  }
  Phone& enter_clear(const std::string& who, const std::string& room, unsigned loop = 0) {
    return enter(who, room, description("RTP/AVP", 4000), loop);
  }
  /// The phone is offered the room's voice in clear, or with a key, and takes it.
  void agrees_to_clear(Phone& phone) {
    const auto offer = phone.request(sip::Method::invite);
    EXPECT_EQ(sdp_of(*offer).media.at(0).proto, "RTP/AVP");
    EXPECT_TRUE(sdp_of(*offer).media.at(0).cryptos().empty());
    phone.respond(*offer, 200, description("RTP/AVP", 4000));
    phone.request(sip::Method::ack);
  }
  void agrees_to_encrypt(Phone& phone, char octet = 'n') {
    const auto offer = phone.request(sip::Method::invite);
    EXPECT_EQ(sdp_of(*offer).media.at(0).proto, "RTP/SAVP");
    phone.respond(*offer, 200, savp_answer(*offer, 4000, octet));
    phone.request(sip::Method::ack);
  }
  void leaves(Phone& phone) {
    phone.send("BYE");
    phone.response(200);
  }
  RoomView view(const std::string& room) {
    for (const CallView& view : exchange.views()) {
      if (view.to == room && view.room) return *view.room;
    }
    return {};
  }
  std::vector<media::Announcement> told() { return std::exchange(exchange.conferences.announced, {}); }

  Exchange exchange;
};

}  // namespace cadenas::pbx::test
