#include "fake_board.hpp"

#include <gtest/gtest.h>

namespace cadenas::pbx::test {

void FakeMedia::open(std::uint64_t id, media::AddressFamily, media::AddressFamily, bool dtls, base::Loop& answer_on,
                     const Opened& opened) {
  asked_for_dtls = dtls;
  base::Result<media::SessionPorts> ports = base::fail("media.ports-exhausted", "No port is free.");
  if (!exhausted) {
    sessions[id].shakes_hands = shakes_hands && (dtls || !is_pool);
    const auto port = static_cast<std::uint16_t>(20000 + id * 4);
    ports = media::SessionPorts{*base::Endpoint::parse("192.0.2.1", port),
                                *base::Endpoint::parse("192.0.2.1", static_cast<std::uint16_t>(port + 2))};
  }
  if (!answers_later) return opened(ports);
  answer_on.post([opened, ports] { opened(ports); });
}

base::Result<void> FakeMedia::configure(std::uint64_t id, media::Side side, media::LegMedia leg) {
  if (!sessions.contains(id) || !sessions[id].open) return base::fail("media.no-session", "No such session.");
  sessions[id].legs.insert_or_assign(side, std::move(leg));
  ++sessions[id].configured[side];
  return {};
}

std::optional<media::SessionStats> FakeMedia::stats(std::uint64_t id) const {
  const auto found = sessions.find(id);
  if (found == sessions.end() || !found->second.open) return std::nullopt;
  return found->second.stats;
}

void FakeMedia::close(std::uint64_t id, base::Loop& answer_on, const Closed& closed) {
  auto stats = this->stats(id);
  if (stats) sessions[id].open = false;
  if (!answers_later) return closed(stats);
  answer_on.post([closed, stats] { closed(stats); });
}

namespace {

std::vector<media::DtlsFingerprint> certificate() {
  return {{media::FingerprintHash::sha256, base::Bytes(32, 0xb0)},
          {media::FingerprintHash::sha384, base::Bytes(48, 0xb1)}};
}

}  // namespace

std::vector<media::DtlsFingerprint> FakeMedia::dtls_fingerprints(std::uint64_t id) const {
  // One of a time slot is none of these, and on the board.
  const auto found = sessions.find(id);
  const bool shown = found == sessions.end() ? shakes_hands : found->second.shakes_hands;
  return shown ? certificate() : std::vector<media::DtlsFingerprint>{};
}

std::vector<media::DtlsFingerprint> FakeConferences::dtls_fingerprints() const {
  return certificate();
}

std::size_t FakeMedia::open_sessions() const {
  std::size_t count = 0;
  for (const auto& [id, session] : sessions) count += session.open ? 1 : 0;
  return count;
}

base::Result<void> FakeConferences::open_room(media::RoomId room, media::DigitSink digits) {
  rooms[room] = std::move(digits);
  return {};
}

base::Result<base::Endpoint> FakeConferences::join(media::RoomId room, media::MemberId member, media::AddressFamily) {
  members[member].room = room;
  return *base::Endpoint::parse("192.0.2.1", static_cast<std::uint16_t>(21000 + member * 2));
}

base::Result<void> FakeConferences::configure(media::MemberId member, media::LegMedia leg, media::MemberAudio audio) {
  members.at(member).leg = std::move(leg);
  members.at(member).audio = std::move(audio);
  return {};
}

void FakeConferences::seat(media::MemberId member, media::Seat seat) {
  members.at(member).seat = seat;
}

void FakeConferences::announce(media::RoomId, media::Announcement announcement) {
  announced.push_back(announcement);
}

std::optional<media::MemberStats> FakeConferences::stats(media::MemberId member) const {
  const auto found = members.find(member);
  if (found == members.end()) return std::nullopt;
  return found->second.stats;
}

std::optional<media::MemberStats> FakeConferences::leave(media::MemberId member) {
  auto last = stats(member);
  members.erase(member);
  return last;
}

void FakeConferences::close_room(media::RoomId room) {
  rooms.erase(room);
}

base::Result<void> FakeConferences::link_rooms(media::LinkId link, media::RoomId a, media::RoomId b) {
  EXPECT_TRUE(rooms.contains(a) && rooms.contains(b));
  links[link] = {a, b};
  return {};
}

void FakeConferences::unlink_rooms(media::LinkId link) {
  links.erase(link);
}

void FakeConferences::dial(std::size_t back, const std::string& digits) {
  const auto at = std::prev(members.end(), static_cast<std::ptrdiff_t>(back) + 1);
  const media::MemberId id = at->first;
  const media::DigitSink sink = rooms.at(at->second.room);
  for (const char digit : digits) sink(id, digit);
}

void FakeTdm::tell(const media::tdm::PortId& port, media::tdm::Command command) {
  ports.at(port).commands.push_back(std::move(command));
}

void FakeTdm::play(const media::tdm::PortId& port, media::CallTone tone) {
  ports.at(port).tone = tone;
}

void FakeTdm::quiet(const media::tdm::PortId& port) {
  ports.at(port).tone.reset();
}

std::optional<media::tdm::PortState> FakeTdm::port(const media::tdm::PortId& port) const {
  const auto found = ports.find(port);
  if (found == ports.end()) return std::nullopt;
  return found->second.state;
}

std::optional<media::tdm::SlotStats> FakeTdm::slot(const media::tdm::PortId& port) const {
  const auto found = ports.find(port);
  if (found == ports.end()) return std::nullopt;
  return found->second.slot;
}

base::Result<void> FakeTdm::take(const media::tdm::PortId& port) {
  const auto found = ports.find(port);
  if (found == ports.end()) return base::fail("tdm.no-port", "No shelf has it.");
  if (!found->second.state.in_service) return base::fail("tdm.port-out-of-service", "It is out of service.");
  found->second.state.is_taken = true;
  return {};
}

base::Result<base::Endpoint> FakeTdm::open(media::SessionId id, const media::tdm::PortId& port, media::AddressFamily) {
  if (const auto taken = take(port); !taken) return tl::unexpected(taken.error());
  sessions[id].port = port;
  return *base::Endpoint::parse("192.0.2.1", static_cast<std::uint16_t>(22000 + id * 4));
}

base::Result<void> FakeTdm::configure(media::SessionId id, media::LegMedia leg, media::tdm::SlotAudio audio) {
  sessions.at(id).leg = std::move(leg);
  sessions.at(id).audio = std::move(audio);
  return {};
}

void FakeTdm::dial(media::SessionId id, char digit) {
  sessions.at(id).dialled += digit;
}

std::optional<media::tdm::SlotSessionStats> FakeTdm::stats(media::SessionId id) const {
  const auto found = sessions.find(id);
  if (found == sessions.end() || !found->second.open) return std::nullopt;
  return found->second.stats;
}

std::optional<media::tdm::SlotSessionStats> FakeTdm::close(media::SessionId id) {
  auto last = stats(id);
  sessions.at(id).open = false;
  ports.at(sessions.at(id).port).state.is_taken = false;
  return last;
}

base::Result<void> FakeTdm::join(const media::tdm::PortId& a, const media::tdm::PortId& b) {
  if (const auto taken = take(a); !taken) return taken;
  if (const auto taken = take(b); !taken) {
    ports.at(a).state.is_taken = false;
    return taken;
  }
  joined.emplace_back(a, b);
  return {};
}

void FakeTdm::part(const media::tdm::PortId& port) {
  std::erase_if(joined, [&](const auto& pair) {
    if (pair.first != port && pair.second != port) return false;
    ports.at(pair.first).state.is_taken = ports.at(pair.second).state.is_taken = false;
    return true;
  });
}

base::Result<void> FakeTdm::join_room(media::RoomId room, media::MemberId member, const media::tdm::PortId& port) {
  if (const auto taken = take(port); !taken) return taken;
  members[member] = port;
  board->members[member].room = room;
  return {};
}

std::size_t FakeTdm::open_sessions() const {
  std::size_t count = 0;
  for (const auto& [id, session] : sessions) count += session.open ? 1 : 0;
  return count;
}

}  // namespace cadenas::pbx::test
