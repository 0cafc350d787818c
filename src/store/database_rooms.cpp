#include <string>
#include <utility>

#include <soci/soci.h>

#include "store/database.hpp"
#include "store/input_rules.hpp"
#include "store/stored_value.hpp"
#include "store/transaction.hpp"

namespace cadenas::store {

namespace {

std::shared_ptr<const base::SecretBytes> pin_of(std::string& text) {
  std::shared_ptr<const base::SecretBytes> out;
  if (!text.empty()) out = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(text)));
  base::secure_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return out;
}

}  // namespace

void Database::read_rooms(Snapshot& into) {
  ConferenceRoom row;
  std::string pin;
  std::string clear_members;
  int announcements = 0;
  soci::statement query =
      (sql_->prepare << "SELECT number, name, pin, clear_members, announcements FROM conference_room",
       soci::into(row.number), soci::into(row.name), soci::into(pin), soci::into(clear_members),
       soci::into(announcements));
  query.execute();
  while (query.fetch()) {
    row.pin = pin_of(pin);
    row.asks_pin = row.pin != nullptr;
    row.clear_members = stored(parse_clear_members(clear_members));
    row.announcements = announcements != 0;
    into.rooms.insert_or_assign(row.number, std::make_shared<const ConferenceRoom>(row));
  }
}

base::Result<ConferenceRoom> Database::put_room(ConferenceRoom r) {
  if (auto ok = check(r); !ok) return tl::unexpected(ok.error());
  return atomically(*savepoint_, [&]() -> base::Result<ConferenceRoom> {
    if (has_row("SELECT COUNT(*) FROM subscription WHERE number = :k", r.number) ||
        has_row("SELECT COUNT(*) FROM tdm_port WHERE number = :k", r.number)) {
      return base::fail("room.number-in-use", "A subscription or a TDM port has this number already.", "number");
    }
    if (has_row("SELECT COUNT(*) FROM trunk_route WHERE instr(:k, prefix) = 1", r.number)) {
      return base::fail("room.number-of-trunk", "Numbers that begin like this are called over a trunk.", "number");
    }
    if (!r.asks_pin) {
      r.pin = nullptr;
    } else if (!r.pin) {
      std::string kept;
      *sql_ << "SELECT pin FROM conference_room WHERE number = :n", soci::into(kept), soci::use(r.number);
      r.pin = pin_of(kept);
      if (!r.pin) return base::fail("room.no-pin", "The room asks for a PIN, and none is stored: give one.", "pin");
    }
    std::string pin(r.pin ? base::as_text(r.pin->view()) : std::string_view{});
    const std::string clear_members(to_string(r.clear_members));
    const int announcements = r.announcements ? 1 : 0;
    *sql_ << "INSERT INTO conference_room (number, name, pin, clear_members, announcements)"
             " VALUES (:u, :n, :p, :c, :a) ON CONFLICT (number) DO UPDATE SET name = excluded.name,"
             " pin = excluded.pin, clear_members = excluded.clear_members, announcements = excluded.announcements",
        soci::use(r.number), soci::use(r.name), soci::use(pin), soci::use(clear_members), soci::use(announcements);
    base::secure_wipe({reinterpret_cast<std::uint8_t*>(pin.data()), pin.size()});
    return r;
  });
}

base::Result<void> Database::remove_room(std::string_view number) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    const std::string key(number);
    if (!has_row("SELECT COUNT(*) FROM conference_room WHERE number = :k", key)) {
      return base::fail("room.unknown", "There is no conference room with this number.", "number");
    }
    *sql_ << "DELETE FROM conference_room WHERE number = :k", soci::use(key);
    return {};
  });
}

RoomLinks Database::read_room_links() {
  RoomLinks out;
  std::string one;
  std::string other;
  soci::statement query =
      (sql_->prepare << "SELECT one, other FROM conference_link", soci::into(one), soci::into(other));
  query.execute();
  while (query.fetch()) out.emplace(one, other);
  return out;
}

base::Result<void> Database::link_rooms(const RoomLink& link) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    for (const std::string& number : {link.one, link.other}) {
      if (!has_row("SELECT COUNT(*) FROM conference_room WHERE number = :k", number)) {
        return base::fail("room.unknown", "There is no conference room with the number " + number + ".", "number");
      }
    }
    const RoomLinks links = read_room_links();
    if (links.contains(link)) return {};
    if (linked_rooms(links, link.one).contains(link.other)) {
      return base::fail("room.link-ring", "The rooms hear each other already: with this link voice would go round.",
                        "other");
    }
    *sql_ << "INSERT INTO conference_link (one, other) VALUES (:o, :t)", soci::use(link.one), soci::use(link.other);
    return {};
  });
}

base::Result<void> Database::unlink_rooms(const RoomLink& link) {
  return atomically(*savepoint_, [&]() -> base::Result<void> {
    if (!read_room_links().contains(link)) {
      return base::fail("room.link-unknown", "There is no link between these two rooms.", "other");
    }
    *sql_ << "DELETE FROM conference_link WHERE one = :o AND other = :t", soci::use(link.one), soci::use(link.other);
    return {};
  });
}

}  // namespace cadenas::store
