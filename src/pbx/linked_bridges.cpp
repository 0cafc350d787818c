#include "pbx/linked_bridges.hpp"

#include <algorithm>

#include "pbx/conference.hpp"
#include "policy/room_encryption.hpp"

namespace cadenas::pbx {

LinkedBridges::Census LinkedBridges::census(const ConferenceMember* without) const {
  Census out;
  for (const Conference* bridge : all_) {
    for (const auto& member : bridge->members()) {
      if (!member->admitted || member.get() == without) continue;
      ++out.members;
      if (member->able) ++out.able;
    }
  }
  return out;
}

bool LinkedBridges::refuses_clear() const {
  return std::ranges::any_of(all_, [](const Conference* bridge) { return bridge->refuses_clear(); });
}

bool LinkedBridges::may_be_clear(const ConferenceMember& member) const {
  const Census others = census(&member);
  const auto policy = refuses_clear() ? policy::ClearNewcomer::refuse : policy::ClearNewcomer::fall_back;
  return policy::judge_join(others.members, others.able, false, policy).admitted;
}

bool LinkedBridges::agree() const {
  const Census in = census();
  return policy::room_encrypts(in.members, in.able) || !refuses_clear();
}

void LinkedBridges::level() const {
  const Census in = census();
  const bool encrypted =
      policy::room_encrypts(in.members, in.able) &&
      std::ranges::none_of(all_, [](const Conference* bridge) { return bridge->is_never_encrypted(); });
  for (Conference* bridge : all_) bridge->turn(encrypted);
}

bool LinkedBridges::empty() const {
  return std::ranges::all_of(all_, [](const Conference* bridge) { return bridge->empty(); });
}

std::string LinkedBridges::who_is_clear() const {
  std::string out;
  for (const Conference* bridge : all_) {
    for (const auto& member : bridge->members()) {
      if (!member->admitted || member->able) continue;
      if (!out.empty()) out += " ";
      out += member->party.who.number + (all_.size() > 1 ? " in " + bridge->number() : "") + " cannot encrypt";
      const std::string why = failing_sentences(member->party.decision);
      out += why.empty() ? "." : ": " + why;
    }
  }
  return out;
}

}  // namespace cadenas::pbx
