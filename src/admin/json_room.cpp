#include "admin/json_room.hpp"

#include <boost/json/array.hpp>
#include <utility>

#include "admin/json_text.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

boost::json::object to_json(const store::ConferenceRoom& r, const store::RoomLinks& links) {
  boost::json::array linked;
  for (const store::RoomLink& link : links) {
    if (link.joins(r.number)) linked.emplace_back(link.far_end(r.number));
  }
  return {{"number", r.number},
          {"name", json_text(r.name)},
          {"asks_pin", r.asks_pin},
          {"clear_members", store::to_string(r.clear_members)},
          {"announcements", r.announcements},
          {"links", std::move(linked)}};
}

base::Result<std::string> read_called_number(std::string_view body) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  std::string number = reader->required_text("number");
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return number;
}

base::Result<store::ConferenceRoom> read_room(std::string_view body, std::string number) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  store::ConferenceRoom room;
  room.number = std::move(number);
  if (const auto v = reader->text("name")) room.name = *v;
  if (const auto v = reader->flag("asks_pin")) room.asks_pin = *v;
  if (const auto v = reader->text("pin")) {
    room.pin = std::make_shared<const base::SecretBytes>(base::SecretBytes::copy_of(base::as_bytes(*v)));
  }
  if (const auto v = reader->word("clear_members", store::parse_clear_members)) room.clear_members = *v;
  if (const auto v = reader->flag("announcements")) room.announcements = *v;
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return room;
}

}  // namespace cadenas::admin
