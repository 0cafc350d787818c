#include "pbx/leg.hpp"

#include <utility>

namespace cadenas::pbx {

Leg::Leg(base::Loop& loop, std::string number) : loop_(loop), number_(std::move(number)) {}

Leg::~Leg() = default;

void Leg::run(std::function<void(Leg&)> task) {
  loop_.post([self = shared_from_this(), task = std::move(task)] { task(*self); });
}

void Leg::set_owner(std::weak_ptr<LegOwner> owner, base::Loop& owner_loop) {
  owner_ = std::move(owner);
  owner_loop_ = &owner_loop;
}

void Leg::emit(LegEvent event) {
  if (!owner_loop_) return;
  owner_loop_->post([owner = owner_, self = shared_from_this(), event = std::move(event)] {
    if (const auto alive = owner.lock()) alive->on_leg_event(self, event);
  });
}

// A leg plays the part it was made for; nothing is asked of it that belongs to the other.
// NOLINTNEXTLINE(performance-unnecessary-value-param): the legs that start keep it
void Leg::start(Invitation) {}
void Leg::progress(int, SharedSdp, const Identity&) {}
void Leg::accept(SharedSdp, const Identity&) {}
void Leg::reject(int status, const std::string& warning, std::optional<std::uint32_t>) {
  end(status, warning);
}

}  // namespace cadenas::pbx
