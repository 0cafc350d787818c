#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "media/dtls_context.hpp"
#include "media/leg_work.hpp"
#include "media/room.hpp"
#include "room_phone.hpp"

namespace cadenas::media::test {

/// Rooms in a row, each with a packet loop of its own, and phones in them.
class LinkedRooms : public testing::Test {
 protected:
  struct There {
    CarriedLoop loop;
    Room room{{}};
    std::vector<std::unique_ptr<RoomPhone>> phones;
    std::vector<std::shared_ptr<MemberCounters>> counters;
    std::vector<Port*> ports;

    ~There() {
      while (const std::unique_ptr<RoomMember> member = room.take_out_any()) member->end([] {});
    }
  };

  There& open() {
    rooms_.push_back(std::make_unique<There>());
    return *rooms_.back();
  }
  RoomPhone& join(There& there, std::unique_ptr<RoomPhone> joining) {
    RoomPhone& phone = *there.phones.emplace_back(std::move(joining));
    there.counters.push_back(std::make_shared<MemberCounters>());
    there.room.join(phone.id, there.counters.back(), LegSockets::bind(loopback(), pool_).value(), there.loop, dtls_);
    there.ports.push_back(there.loop.ports[there.loop.ports.size() - 2]);
    there.room.configure(phone.id, phone.media(), std::make_unique<MemberVoice>(phone.audio()));
    return phone;
  }
  RoomPhone& join(There& there, Codec codec, double hum_hz = 0, Suite suite = Suite::aead_aes_256_gcm) {
    return join(there, std::make_unique<RoomPhone>(++last_member_, codec, suite, hum_hz));
  }
  /// Its keys come from the handshake that this runs.
  RoomPhone& join_by_dtls(There& there, Codec codec, const PeerSettings& settings) {
    auto joining = std::make_unique<RoomPhone>(++last_member_, codec, std::nullopt);
    joining->use_dtls(settings);
    RoomPhone& phone = join(there, std::move(joining));
    phone.shake(there.loop, *there.ports.back(), dtls_, now_);
    return phone;
  }
  LinkId link(There& a, There& b) {
    const auto to_a = std::make_shared<BridgePipe>();
    const auto to_b = std::make_shared<BridgePipe>();
    a.room.link(++last_link_, RoomLink(to_a, to_b));
    b.room.link(last_link_, RoomLink(to_b, to_a));
    return last_link_;
  }

  void mix(There& there) {
    for (std::size_t i = 0; i < there.phones.size(); ++i) there.phones[i]->say(there.loop, *there.ports[i], now_);
    there.room.mix(now_);
    for (CarriedLoop::Sent& sent : there.loop.take_sent()) {
      for (const auto& phone : there.phones) {
        if (!phone->got_report(sent) && phone->here == sent.to) phone->get(std::move(sent.packet), now_);
      }
    }
    for (const auto& phone : there.phones) phone->listen(now_);
  }
  void talk(int frames) {
    for (int i = 0; i < frames; ++i, now_ += kFrame) {
      for (const auto& there : rooms_) mix(*there);
    }
  }

  PortPool pool_{43'000, 43'999};
  DtlsContext dtls_context_{base::WallTime{}};
  LegWork dtls_{dtls_context_};
  std::vector<std::unique_ptr<There>> rooms_;
  base::SteadyTime now_{base::Millis{5'000}};
  MemberId last_member_ = 0;
  LinkId last_link_ = 0;
};

}  // namespace cadenas::media::test
