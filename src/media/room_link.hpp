#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "media/audio/bridge_pipe.hpp"

namespace cadenas::media {

/// Names a link between two rooms; the caller chooses it and never uses one twice in the life of a board.
using LinkId = std::uint64_t;

/// One room's end of a link to another (CONF-4): hears what is said there, and tells what is said here without what
/// came from there. Linked rooms form a tree, so that nothing that was told ever comes back. One media thread.
class RoomLink {
 public:
  RoomLink(std::shared_ptr<BridgePipe> in, std::shared_ptr<BridgePipe> out)
      : in_(std::move(in)), out_(std::move(out)) {}

  /// The bands that the other room and what lies behind it listen in.
  BandSet wanted() const { return out_->wanted(); }
  /// The bands that this room and what else is linked to it listen in.
  void want(BandSet bands) { in_->want(bands); }

  /// The steps of a frame, as those of a RoomMember.
  void hear() { heard_ = in_->take(); }
  /// Whether somebody spoke there.
  bool speaks() const { return heard_ && heard_->bands != 0; }
  void add_to(BandSums& sums) const;
  /// `is_anybody`: somebody spoke whom it did not bring.
  void tell(const BandSums& sums, bool is_anybody);

 private:
  std::shared_ptr<BridgePipe> in_;
  std::shared_ptr<BridgePipe> out_;
  const BridgePipe::Frame* heard_ = nullptr;  // of in_
};

}  // namespace cadenas::media
