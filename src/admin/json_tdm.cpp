#include "admin/json_tdm.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <utility>

#include "admin/json_text.hpp"
#include "admin/object_reader.hpp"

namespace cadenas::admin {

namespace {

using boost::json::array;
using boost::json::object;
using media::tdm::PortState;
using media::tdm::ShelfState;

std::map<std::string, PortState> ports_of_cards(const std::vector<ShelfState>& shelves) {
  std::map<std::string, PortState> out;
  for (const ShelfState& shelf : shelves) {
    for (const PortState& port : shelf.ports) {
      out.emplace(media::tdm::PortId{shelf.name, port.port.at}.text(), port);
    }
  }
  return out;
}

std::string_view state_of(const PortState* card, std::string_view kind) {
  if (!card) return "no_card";
  if (media::tdm::name(card->port.kind) != kind) return "other_kind";
  if (!card->in_service) return "out_of_service";
  if (card->is_taken) return "in_call";
  return card->off_hook ? "off_hook" : "idle";
}

object declared_json(const store::TdmPort& port, const PortState* card) {
  object out = to_json(port);
  out["declared"] = true;
  out["state"] = state_of(card, store::to_string(port.kind));
  return out;
}

object undeclared_json(const std::string& name, const PortState& card) {
  const std::string_view kind = media::tdm::name(card.port.kind);
  return {{"port", name}, {"kind", kind}, {"number", ""},      {"display_name", ""},
          {"prefix", ""}, {"strip", 0},   {"declared", false}, {"state", state_of(&card, kind)}};
}

}  // namespace

object to_json(const store::TdmPort& p) {
  return {{"port", p.name()},   {"kind", store::to_string(p.kind)},
          {"number", p.number}, {"display_name", json_text(p.display_name)},
          {"prefix", p.prefix}, {"strip", p.strip}};
}

object to_json(const ShelfState& s) {
  return {{"name", s.name},
          {"attached", s.attached},
          {"stalled", s.stalled},
          {"law", s.law == media::G711Law::a ? "a" : "mu"},
          {"lines", s.lines},
          {"ports", s.ports.size()},
          {"attachments", s.attachments},
          {"blocks_received", s.blocks_received},
          {"blocks_lost", s.blocks_lost},
          {"blocks_excess", s.blocks_excess},
          {"blocks_unsent", s.blocks_unsent}};
}

object tdm_json(const store::Snapshot& model, const std::vector<ShelfState>& shelves) {
  array cards;
  for (const ShelfState& shelf : shelves) cards.push_back(to_json(shelf));
  auto there = ports_of_cards(shelves);
  array ports;
  for (const auto& [name, port] : model.tdm_ports) {
    const auto card = there.find(name);
    ports.push_back(declared_json(*port, card == there.end() ? nullptr : &card->second));
    if (card != there.end()) there.erase(card);
  }
  for (const auto& [name, card] : there) ports.push_back(undeclared_json(name, card));
  return {{"shelves", std::move(cards)}, {"ports", std::move(ports)}};
}

base::Result<store::TdmPort> read_tdm_port(std::string_view body, store::TdmPort at) {
  auto reader = ObjectReader::parse(body);
  if (!reader) return tl::unexpected<base::Error>(reader.error());
  if (const auto v = reader->word("kind", store::parse_tdm_port_kind)) at.kind = *v;
  if (const auto v = reader->text("number")) at.number = *v;
  if (const auto v = reader->text("display_name")) at.display_name = *v;
  if (const auto v = reader->text("prefix")) at.prefix = *v;
  if (const auto v = reader->number("strip", 32)) at.strip = static_cast<unsigned>(*v);
  if (auto read_well = reader->finish(); !read_well) return tl::unexpected<base::Error>(read_well.error());
  return at;
}

}  // namespace cadenas::admin
