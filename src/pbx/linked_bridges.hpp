#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace cadenas::pbx {

class Conference;
class ConferenceMember;

/// The conferences that hear each other, which are judged as one: all encrypted or none (CONF-1, CONF-4). An unlinked
/// conference is one of its own. It belongs to the loop of the conferences and holds none of them.
class LinkedBridges {
 public:
  explicit LinkedBridges(std::vector<Conference*> all) : all_(std::move(all)) {}

  /// Who is past the PIN, and how many of them can encrypt.
  struct Census {
    std::size_t members = 0;
    std::size_t able = 0;
  };
  Census census(const ConferenceMember* without = nullptr) const;
  /// Whether somebody is let in, or may stay, who cannot encrypt: one bridge that refuses it refuses it for all.
  bool may_be_clear(const ConferenceMember& member) const;
  /// Whether one of them lets nobody in who cannot encrypt.
  bool refuses_clear() const;
  /// Whether they may be judged as one now: not where somebody is clear and one of them refuses that.
  bool agree() const;
  /// Turns all of them to what the census says.
  void level() const;
  /// Nobody is in any of them.
  bool empty() const;
  /// Sentences about everyone who keeps the whole from being encrypted, and why.
  std::string who_is_clear() const;
  const std::vector<Conference*>& all() const { return all_; }

 private:
  std::vector<Conference*> all_;
};

}  // namespace cadenas::pbx
