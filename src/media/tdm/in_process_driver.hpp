#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "media/tdm/driver.hpp"
#include "media/tdm/in_process_shelf.hpp"

namespace cadenas::media::tdm {

/// Reaches a shelf in this process: it says 20 ms for each 20 ms that it heard, as a card does that is clocked by us.
class InProcessDriver final : public Driver {
 public:
  explicit InProcessDriver(std::shared_ptr<InProcessShelf> shelf)
      : shelf_(std::move(shelf)), lines_(shelf_->description().lines) {}

  int descriptor() const override { return -1; }
  void serve(DriverUser& user) override;
  bool send(std::uint8_t line, base::ByteView block) override;
  void tell(SlotId port, const Command& command) override;

 private:
  struct Line {
    std::uint32_t sequence = 0;
    bool is_due = false;
  };

  void say(std::uint8_t line, DriverUser& user);

  std::shared_ptr<InProcessShelf> shelf_;
  std::vector<Line> lines_;
  bool has_attached_ = false;
};

}  // namespace cadenas::media::tdm
