// The links between conferences (CONF-4): what the model says of them is in effect while somebody is in any of the
// rooms. All rooms of such a tree are open then, also those that nobody is in, so that voice passes through them.
#include <set>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "pbx/calls.hpp"
#include "pbx/conference.hpp"
#include "pbx/conference_media.hpp"
#include "pbx/conferences.hpp"

namespace cadenas::pbx {

void Conferences::follow() {
  if (by_number_.empty()) return;
  const auto model = calls_.services().snapshot();
  std::set<std::string> needed;
  for (const auto& [number, conference] : by_number_) {
    if (const auto room = model->rooms.find(number); room != model->rooms.end()) conference->set_up(room->second);
    if (!conference->empty()) needed.merge(store::linked_rooms(model->room_links, number));
  }
  unlink(*model, needed);
  for (const std::string& number : needed) {
    const auto room = model->rooms.find(number);
    if (!by_number_.contains(number) && room != model->rooms.end()) open(room->second);
  }
  link(*model);
}

void Conferences::unlink(const store::Snapshot& model, const std::set<std::string>& needed) {
  const auto is_needed = [&](const std::string& number) { return needed.contains(number); };
  const std::size_t ended = std::erase_if(links_, [&](const auto& entry) {
    const auto& [link, id] = entry;
    if (model.room_links.contains(link) && is_needed(link.one) && is_needed(link.other)) return false;
    calls_.services().conferences->unlink_rooms(id);
    base::log::info("conference.unlinked", {{"room", link.one}, {"other", link.other}});
    return true;
  });
  std::erase_if(refused_links_, [&](const store::RoomLink& link) { return !model.room_links.contains(link); });
  std::vector<std::shared_ptr<Conference>> gone;
  std::erase_if(by_number_, [&](const auto& entry) {
    if (is_needed(entry.first)) return false;
    gone.push_back(entry.second);
    return true;
  });
  for (const auto& conference : gone) conference->close();
  if (ended == 0) return;
  regroup();
  for (const auto& [number, conference] : by_number_) conference->whole().level();
}

void Conferences::link(const store::Snapshot& model) {
  for (const store::RoomLink& link : model.room_links) {
    const auto one = by_number_.find(link.one);
    const auto other = by_number_.find(link.other);
    if (links_.contains(link) || one == by_number_.end() || other == by_number_.end()) continue;
    std::vector<Conference*> both = one->second->whole().all();
    const auto& more = other->second->whole().all();
    both.insert(both.end(), more.begin(), more.end());
    if (!LinkedBridges(both).agree()) {
      if (refused_links_.insert(link).second) {
        one->second->journal("conference.link-refused",
                             "The link between " + link.one + " and " + link.other +
                                 " waits: somebody in the one cannot encrypt, and the other refuses clear voice.");
        regroup();
      }
      continue;
    }
    CallServices& services = calls_.services();
    const media::LinkId id = services.last_session_id.fetch_add(1) + 1;
    const auto done = services.conferences->link_rooms(id, one->second->board_room(), other->second->board_room());
    if (!done) {
      base::log::error("conference.not-linked", {{"room", link.one}, {"code", done.error().code}});
      continue;
    }
    links_.emplace(link, id);
    refused_links_.erase(link);
    base::log::info("conference.linked", {{"room", link.one}, {"other", link.other}});
    regroup();
    one->second->whole().level();
  }
}

void Conferences::regroup() {
  store::RoomLinks in_effect;
  for (const auto& [link, id] : links_) in_effect.insert(link);
  std::set<std::string> done;
  for (const auto& [number, conference] : by_number_) {
    if (done.contains(number)) continue;
    const std::set<std::string> group = store::linked_rooms(in_effect, number);
    std::vector<Conference*> all;
    all.reserve(group.size());
    for (const std::string& each : group) all.push_back(by_number_.at(each).get());
    const auto whole = std::make_shared<const LinkedBridges>(std::move(all));
    for (const std::string& each : group) {
      Conference::Links links;
      for (const store::RoomLink& link : in_effect) {
        if (link.joins(each)) links.in_effect.push_back(link.far_end(each));
      }
      for (const store::RoomLink& link : refused_links_) {
        if (link.joins(each)) links.refused.push_back(link.far_end(each));
      }
      by_number_.at(each)->set_linked(whole, std::move(links));
      done.insert(each);
    }
  }
}

}  // namespace cadenas::pbx
