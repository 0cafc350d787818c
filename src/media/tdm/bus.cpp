#include "media/tdm/bus.hpp"

#include <array>
#include <variant>

#include "media/tdm/bus_impl.hpp"
#include "media/tdm/in_process_driver.hpp"

namespace cadenas::media::tdm {
namespace {

using Recoding = std::array<std::uint8_t, 256>;

Recoding make_recoding(G711Law from, G711Law to) {
  Recoding table;
  for (unsigned octet = 0; octet < table.size(); ++octet) {
    table[octet] = g711_encode(to, g711_decode(from, static_cast<std::uint8_t>(octet)));
  }
  return table;
}

const Recoding* recoding(G711Law from, G711Law to) {
  static const Recoding kToMu = make_recoding(G711Law::a, G711Law::mu);
  static const Recoding kToA = make_recoding(G711Law::mu, G711Law::a);
  return from == to ? nullptr : to == G711Law::mu ? &kToMu : &kToA;
}

void leave_numbers_only(Command& command) {
  if (auto* ring = std::get_if<Ring>(&command)) ring->calling = as_number(ring->calling);
  if (auto* setup = std::get_if<Setup>(&command)) {
    setup->called = as_number(setup->called);
    setup->calling = as_number(setup->calling);
  }
}

}  // namespace

Bus::Bus(BusSettings settings, EventSink events, const base::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(events), clock)) {}

Bus::~Bus() = default;

void Bus::attach(std::shared_ptr<InProcessShelf> shelf) {
  impl_->post(
      [impl = impl_.get(), shelf = std::move(shelf)] { impl->attach(std::make_unique<InProcessDriver>(shelf)); });
}

void Bus::tell(const PortId& port, Command command) {
  leave_numbers_only(command);
  impl_->post([impl = impl_.get(), port, command = std::move(command)] {
    if (Shelf* shelf = impl->shelf(port)) shelf->tell(port.at, command);
  });
}

void Bus::play(const PortId& port, CallTone tone) {
  impl_->post([impl = impl_.get(), port, tone] {
    if (Shelf* shelf = impl->shelf(port)) shelf->play(port.at, tone);
  });
}

void Bus::quiet(const PortId& port) {
  impl_->post([impl = impl_.get(), port] {
    if (Shelf* shelf = impl->shelf(port)) shelf->quiet(port.at);
  });
}

base::Result<TimeSlot> Bus::take(const PortId& port) {
  const base::Result<G711Law> law = impl_->law_of_usable(port);
  if (!law) return tl::unexpected(law.error());
  auto channel = std::make_shared<SlotChannel>(*law);
  impl_->remember(port, channel, false);
  impl_->post([impl = impl_.get(), port, channel] { impl->wire(port, {channel, false, nullptr, std::nullopt}); });
  return TimeSlot(std::move(channel));
}

base::Result<void> Bus::join(const PortId& a, const PortId& b) {
  if (a == b) return base::fail("tdm.same-port", "A TDM port cannot be joined with itself.", "port");
  const base::Result<G711Law> law_a = impl_->law_of_usable(a);
  if (!law_a) return tl::unexpected(law_a.error());
  const base::Result<G711Law> law_b = impl_->law_of_usable(b);
  if (!law_b) return tl::unexpected(law_b.error());
  auto channel = std::make_shared<SlotChannel>(*law_a);
  impl_->remember(a, channel, false);
  impl_->remember(b, channel, true);
  impl_->post([impl = impl_.get(), a, b, channel, to_b = recoding(*law_a, *law_b), to_a = recoding(*law_b, *law_a)] {
    impl->unwire(b);
    impl->wire(a, {channel, false, to_b, b});
    impl->wire(b, {channel, true, to_a, a});
  });
  return {};
}

void Bus::part(const PortId& port) {
  impl_->post([impl = impl_.get(), port] {
    const Shelf* shelf = impl->shelf(port);
    if (shelf && shelf->joined_with(port.at)) impl->unwire(port);
  });
}

std::optional<PortState> Bus::port(const PortId& port) const {
  return impl_->port(port);
}

std::optional<SlotStats> Bus::stats(const PortId& port) const {
  return impl_->stats(port);
}

std::vector<ShelfState> Bus::shelves() const {
  return impl_->shelves();
}

void Bus::step() {
  impl_->step();
}

}  // namespace cadenas::media::tdm
