#include "policy/intrusion.hpp"

#include <vector>

namespace cadenas::policy {

namespace {

base::Result<void> judge_encryption(const IntrusionFacts& facts) {
  const auto& [a, b] = facts.parties;
  const std::array sets{&a, &b, &facts.newcomer};
  if (facts.kind == Intrusion::intrude) {
    for (const IntrusionSet* set : sets) {
      if (set->takes_clear) continue;
      return base::fail("intrusion.clear-forbidden",
                        "An intrusion is never encrypted, and " + set->number + " takes encrypted voice only.");
    }
    return {};
  }
  std::string encrypted;
  std::string clear;
  for (const IntrusionSet* set : sets) {
    std::string& numbers = set->encrypted ? encrypted : clear;
    numbers += (numbers.empty() ? "" : ", ") + set->number;
  }
  if (encrypted.empty() || clear.empty()) return {};
  return base::fail("intrusion.mixed-encryption", "The three sets must be all encrypted or none: encrypted is " +
                                                      encrypted + ", clear is " + clear + ".");
}

}  // namespace

base::Result<void> judge_intrusion(const IntrusionFacts& facts) {
  if (!facts.right) {
    return base::fail("intrusion.no-right",
                      facts.newcomer.number + (facts.kind == Intrusion::intrude ? " has no right to intrude."
                                                                                : " has no right to listen in."));
  }
  for (const IntrusionSet& party : facts.parties) {
    if (party.number == facts.newcomer.number) {
      return base::fail("intrusion.own-call", facts.newcomer.number + " is in this call already.");
    }
    if (party.is_protected) {
      return base::fail("intrusion.protected", "The calls of " + party.number + " are protected.");
    }
    if (!party.in_conversation) {
      return base::fail("intrusion.call-on-hold", party.number + " is on hold, or its call is just being changed.");
    }
  }
  return judge_encryption(facts);
}

}  // namespace cadenas::policy
