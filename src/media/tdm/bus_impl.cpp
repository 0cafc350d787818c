#include "media/tdm/bus_impl.hpp"

#include <algorithm>
#include <chrono>

#include <sys/eventfd.h>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::media::tdm {
namespace {

constexpr base::Millis kHelloWithin{5'000};
constexpr std::size_t kMostAttachments = 32;
// A shelf is remembered when it goes; names must not fill the memory.
constexpr std::size_t kMostShelves = 32;
// A driver serves a bounded batch at a time; more batches than that in 20 ms wait for the next.
constexpr unsigned kMostServed = 4;

base::Result<void> check(const ShelfDescription& shelf) {
  const auto is_on_it = [&shelf](const PortDescription& port) {
    return port.at.carries_voice() && port.at.line < shelf.lines;
  };
  if (is_shelf_name(shelf.name) && shelf.lines <= kMostLines && std::ranges::all_of(shelf.ports, is_on_it)) return {};
  return base::fail("tdm.bad-shelf", "A shelf has a wrong name, too many lines, or a port that is on none of them.");
}

}  // namespace

Bus::Impl::Impl(BusSettings settings, EventSink events, const base::Clock& clock)
    : clock_(clock),
      settings_(std::move(settings)),
      sink_(std::move(events)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd") {
  if (!settings_.socket.empty()) listener_.emplace(settings_.socket);
  if (settings_.clocking == BusSettings::Clocking::by_step) return;
  thread_ = std::thread([this] {
    base::name_this_thread("tdm");
    run();
  });
}

Bus::Impl::~Impl() {
  stopping_ = true;
  ::eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

void Bus::Impl::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  ::eventfd_write(wake_.get(), 1);
}

base::Result<G711Law> Bus::Impl::law_of_usable(const PortId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id.shelf);
  if (found != known_.end()) {
    for (const PortState& port : found->second.state.ports) {
      if (port.port.at != id.at) continue;
      if (port.in_service) return found->second.state.law;
      return base::fail("tdm.port-out-of-service", "The TDM port " + id.text() + " is out of service.", "port");
    }
  }
  return base::fail("tdm.no-port", "No shelf that is attached has the TDM port " + id.text() + ".", "port");
}

void Bus::Impl::remember(const PortId& port, std::shared_ptr<const SlotChannel> channel, bool is_far_end) {
  const std::lock_guard lock(mutex_);
  traffic_.insert_or_assign(port, Traffic{std::move(channel), is_far_end});
}

std::optional<SlotStats> Bus::Impl::stats(const PortId& port) const {
  const std::lock_guard lock(mutex_);
  const auto found = traffic_.find(port);
  if (found == traffic_.end()) return std::nullopt;
  SlotStats stats = found->second.channel->stats();
  if (found->second.is_far_end) std::swap(stats.heard, stats.said);
  return stats;
}

std::optional<PortState> Bus::Impl::port(const PortId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id.shelf);
  if (found == known_.end()) return std::nullopt;
  const std::vector<PortState>& ports = found->second.state.ports;
  const auto port = std::ranges::find(ports, id.at, [](const PortState& state) { return state.port.at; });
  return port == ports.end() ? std::nullopt : std::optional(*port);
}

std::vector<ShelfState> Bus::Impl::shelves() const {
  const std::lock_guard lock(mutex_);
  std::vector<ShelfState> all;
  for (const auto& [name, known] : known_) {
    all.push_back(known.state);
    known.counters->read(all.back());
  }
  return all;
}

void Bus::Impl::run() {
  frames_.start(clock_.steady());
  while (!stopping_) {
    wait();
    obey();
    serve_all();
    publish();
    if (const std::optional<base::SteadyTime> due = frames_.due(clock_.steady())) {
      frame(*due);
      publish();
    }
  }
}

void Bus::Impl::step() {
  obey();
  if (listener_) accept();
  for (Attachment& attachment : attachments_) serve(attachment);
  publish();
  frame(clock_.steady());
  publish();
}

void Bus::Impl::wait() {
  polled_.clear();
  polled_.push_back({wake_.get(), POLLIN, 0});
  if (listener_ && attachments_.size() < kMostAttachments) polled_.push_back({listener_->descriptor(), POLLIN, 0});
  for (const Attachment& attachment : attachments_) {
    const int fd = attachment.driver->descriptor();
    if (fd >= 0 && attachment.served < kMostServed) polled_.push_back({fd, POLLIN, 0});
  }
  const auto left = std::max(std::chrono::nanoseconds(*frames_.next() - clock_.steady()), std::chrono::nanoseconds(0));
  const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  ::ppoll(polled_.data(), polled_.size(), &timeout, nullptr);
  eventfd_t woken = 0;
  ::eventfd_read(wake_.get(), &woken);
}

void Bus::Impl::obey() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (const std::function<void()>& one : work) one();
}

void Bus::Impl::serve_all() {
  const auto is_readable = [this](int fd) {
    return std::ranges::any_of(polled_, [fd](const pollfd& polled) { return polled.fd == fd && polled.revents != 0; });
  };
  for (Attachment& attachment : attachments_) {
    if (is_readable(attachment.driver->descriptor())) serve(attachment);
  }
  if (listener_ && is_readable(listener_->descriptor())) accept();
}

void Bus::Impl::serve(Attachment& attachment) {
  if (attachment.is_gone || attachment.served >= kMostServed) return;
  ++attachment.served;
  attachment.driver->serve(attachment);
}

void Bus::Impl::accept() {
  while (attachments_.size() < kMostAttachments) {
    std::unique_ptr<Driver> driver = listener_->accept();
    if (!driver) return;
    attach(std::move(driver));
  }
}

void Bus::Impl::attach(std::unique_ptr<Driver> driver) {
  attachments_.emplace_back(*this, std::move(driver), clock_.steady());
}

void Bus::Impl::frame(base::SteadyTime now) {
  for (Attachment& attachment : attachments_) {
    attachment.served = 0;
    if (attachment.driver->descriptor() < 0 && settings_.clocking == BusSettings::Clocking::own_thread) {
      serve(attachment);
    }
    if (!attachment.shelf && !attachment.is_gone && now - attachment.since > kHelloWithin) {
      attachment.on_gone("tdm.no-hello");
    }
  }
  for (auto& [name, shelf] : shelves_) shelf->step(now);
}

Shelf* Bus::Impl::shelf(const PortId& port) {
  const auto found = shelves_.find(port.shelf);
  return found == shelves_.end() ? nullptr : found->second.get();
}

void Bus::Impl::wire(const PortId& port, Wiring wiring) {
  unwire(port);
  if (Shelf* of = shelf(port)) of->wire(port.at, std::move(wiring));
}

void Bus::Impl::unwire(const PortId& port) {
  Shelf* of = shelf(port);
  if (!of) return;
  if (const std::optional<PortId> other = of->joined_with(port.at)) {
    if (Shelf* of_other = shelf(*other); of_other && of_other->joined_with(other->at) == port) {
      of_other->unwire(other->at);
    }
  }
  of->unwire(port.at);
}

void Bus::Impl::publish() {
  std::erase_if(attachments_, [](const Attachment& attachment) { return attachment.is_gone; });
  for (auto& [name, shelf] : shelves_) {
    if (!shelf->take_changed()) continue;
    Known known{shelf->state(), shelf->counters()};
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(name, std::move(known));
  }
  // Out of the way first: the sink may call the bus.
  std::vector<std::pair<PortId, Event>> news;
  news.swap(news_);
  for (const auto& [port, event] : news) {
    if (sink_) sink_(port, event);
  }
}

base::Result<void> Bus::Impl::Attachment::on_attached(ShelfDescription description) {
  if (base::Result<void> checked = check(description); !checked) return checked;
  const auto found = bus.shelves_.find(description.name);
  if (found != bus.shelves_.end() && found->second->is_attached()) {
    return base::fail("tdm.shelf-attached", "A shelf with the name " + description.name + " is attached already.",
                      "name");
  }
  if (found == bus.shelves_.end() && bus.shelves_.size() == kMostShelves) {
    return base::fail("tdm.too-many-shelves", "There are as many shelves as the TDM bus can have.", "name");
  }
  std::unique_ptr<Shelf>& known = bus.shelves_[description.name];
  if (!known) known = std::make_unique<Shelf>(description.name, bus.settings_, bus.news_);
  shelf = known.get();
  shelf->attach(description, *driver, bus.clock_.steady());
  base::log::info("tdm.attached", {{"shelf", description.name}, {"ports", description.ports.size()}});
  return {};
}

void Bus::Impl::Attachment::on_block(std::uint8_t line, std::uint32_t sequence, base::ByteView block) {
  if (shelf) shelf->receive(line, sequence, block, bus.clock_.steady());
}

void Bus::Impl::Attachment::on_event(SlotId port, const Event& event) {
  if (shelf) shelf->hear_of(port, event);
}

void Bus::Impl::Attachment::on_gone(const std::string& reason) {
  is_gone = true;
  if (!shelf) return;
  shelf->detach(reason);
  base::log::warning("tdm.detached", {{"shelf", shelf->name()}, {"reason", reason}});
  shelf = nullptr;
}

}  // namespace cadenas::media::tdm
