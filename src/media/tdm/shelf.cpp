#include "media/tdm/shelf.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace cadenas::media::tdm {
namespace {

constexpr base::Millis kStalledAfter{1'000};
// A card that was held up may catch up with that many at once.
constexpr int kMostAllowance = 5;
// A gap that long is no loss but a card that counts anew.
constexpr std::uint32_t kMostLost = 5'000;

template <class T>
constexpr bool is_one(const Event& event) {
  return std::holds_alternative<T>(event);
}

SlotFrame encoded(Samples audio, G711Law law) {
  SlotFrame frame;
  std::ranges::transform(audio, frame.begin(), [law](std::int16_t sample) { return g711_encode(law, sample); });
  return frame;
}

}  // namespace

void ShelfCounters::read(ShelfState& into) const {
  into.blocks_received = blocks_received.read();
  into.blocks_lost = blocks_lost.read();
  into.blocks_excess = blocks_excess.read();
  into.blocks_unsent = blocks_unsent.read();
  into.refused = refused.read();
  into.attachments = attachments.read();
}

Shelf::Port* Shelf::find(SlotId port) {
  const auto found = ports_.find(port);
  return found == ports_.end() ? nullptr : &found->second;
}

Shelf::Port* Shelf::in_service(SlotId port) {
  Port* found = find(port);
  return found && found->in_service ? found : nullptr;
}

void Shelf::tell_sink(const Port& port, Event event) {
  news_.emplace_back(PortId{name_, port.description.at}, std::move(event));
}

void Shelf::put_in_service(Port& port) {
  if (port.in_service) return;
  port.in_service = changed_ = true;
  tell_sink(port, InService{});
}

void Shelf::take_out_of_service(Port& port, const std::string& reason) {
  if (!port.in_service) return;
  port.in_service = port.off_hook = false;
  port.wiring = {};
  port.tone.reset();
  port.detector.reset();
  port.two_wires.reset();
  changed_ = true;
  tell_sink(port, OutOfService{reason});
}

void Shelf::attach(const ShelfDescription& description, Driver& driver, base::SteadyTime now) {
  driver_ = &driver;
  law_ = description.law;
  lines_.assign(description.lines, Line{now, false, {}, kMostAllowance});
  ports_.clear();
  for (const PortDescription& port : description.ports) ports_[port.at].description = port;
  counters_->attachments.add();
  changed_ = true;
  for (auto& [at, port] : ports_) put_in_service(port);
}

void Shelf::detach(const std::string& reason) {
  driver_ = nullptr;
  for (auto& [at, port] : ports_) take_out_of_service(port, reason);
  changed_ = true;
}

void Shelf::stall(std::uint8_t line, bool stalled) {
  lines_[line].stalled = stalled;
  changed_ = true;
  for (auto& [at, port] : ports_) {
    if (at.line != line) continue;
    if (stalled) {
      take_out_of_service(port, "tdm.card-stalled");
    } else if (port.is_working) {
      put_in_service(port);
    }
  }
}

template <class Does>
void Shelf::on_two_wires(std::uint8_t line, Does does) {
  for (auto at = ports_.lower_bound({line, 0}); at != ports_.end() && at->first.line == line; ++at) {
    if (at->second.two_wires) does(*at->second.two_wires);
  }
}

void Shelf::receive(std::uint8_t number, std::uint32_t sequence, base::ByteView block, base::SteadyTime now) {
  if (number >= lines_.size() || !is_aligned(block)) {
    counters_->refused.add();
    return;
  }
  Line& line = lines_[number];
  const std::uint32_t lost = sequence - line.next_sequence.value_or(sequence);
  if (lost < kMostLost) counters_->blocks_lost.add(lost);
  line.next_sequence = sequence + 1;
  const bool is_excess = line.allowance == 0;
  const std::size_t missed = (lost < kMostLost ? lost : 0) + (is_excess ? 1 : 0);
  if (missed > 0) {
    on_two_wires(number, [missed](TwoWireLine& wires) { wires.miss(missed); });
  }
  if (is_excess) {
    counters_->blocks_excess.add();
    return;
  }
  --line.allowance;
  counters_->blocks_received.add();
  line.last_block = now;
  if (line.stalled) stall(number, false);
  for (auto at = ports_.lower_bound({number, 0}); at != ports_.end() && at->first.line == number; ++at) {
    Port& port = at->second;
    if (!port.wiring.channel && !port.detector && !port.two_wires) continue;
    SlotFrame frame;
    read_slot(block, at->first.slot, frame);
    hear(port, frame);
  }
}

void Shelf::hear(Port& port, SlotFrame& frame) {
  if (port.two_wires) port.two_wires->hear(frame);
  if (port.detector) {
    std::array<std::int16_t, kFrameOctets> audio;
    std::ranges::transform(frame, audio.begin(), [this](std::uint8_t octet) { return g711_decode(law_, octet); });
    const HeardDigits heard = port.detector->hear(audio);
    for (const char digit : heard.text()) tell_sink(port, Digit{digit});
  }
  if (!port.wiring.channel) return;
  if (port.wiring.recoding) {
    for (std::uint8_t& octet : frame) octet = (*port.wiring.recoding)[octet];
  }
  port.wiring.from_port().put(frame);
}

bool Shelf::takes(const Port& port, const Event& event) const {
  if (is_one<Digit>(event)) return true;
  const bool is_hook = is_one<OffHook>(event) || is_one<OnHook>(event) || is_one<HookFlash>(event);
  return is_hook == has_hook(port.description.kind);
}

void Shelf::hook(Port& port, bool off) {
  if (port.off_hook == off) return;
  port.off_hook = off;
  changed_ = true;
  port.detector.reset();
  port.two_wires.reset();
  if (off && port.description.kind == PortKind::analogue) {
    if (!port.description.hears_digits) port.detector.emplace();
    if (settings_.echo_tail_ms > 0) port.two_wires.emplace(law_, settings_.echo_tail_ms);
  }
  tell_sink(port, off ? Event(OffHook{}) : Event(OnHook{}));
}

void Shelf::hear_of(SlotId at, const Event& event) {
  Port* port = find(at);
  if (!port) {
    counters_->refused.add();
    return;
  }
  if (is_one<InService>(event) || is_one<OutOfService>(event)) {
    port->is_working = is_one<InService>(event);
    if (!port->is_working) return take_out_of_service(*port, "tdm.port-fault");
    if (!lines_[at.line].stalled) put_in_service(*port);
    return;
  }
  if (!port->in_service || !takes(*port, event)) {
    counters_->refused.add();
    return;
  }
  if (is_one<OffHook>(event) || is_one<OnHook>(event)) return hook(*port, is_one<OffHook>(event));
  tell_sink(*port, event);
}

void Shelf::step(base::SteadyTime now) {
  for (std::uint8_t number = 0; number < lines_.size() && driver_; ++number) {
    Line& line = lines_[number];
    line.allowance = std::min(line.allowance + 1, kMostAllowance);
    if (!line.stalled && now - line.last_block > kStalledAfter) stall(number, true);
    clear_block(block_, law_);
    for (auto at = ports_.lower_bound({number, 0}); at != ports_.end() && at->first.line == number; ++at) {
      say(at->second);
    }
    if (driver_->send(number, block_)) continue;
    counters_->blocks_unsent.add();
    on_two_wires(number, [](TwoWireLine& wires) { wires.unsay(); });
  }
}

void Shelf::say(Port& port) {
  SlotFrame frame;
  const bool speaks = port.wiring.channel && port.wiring.to_port().take(frame);
  if (port.tone) {
    std::array<std::int16_t, kFrameOctets> audio;
    port.tone->fill(audio);
    frame = encoded(audio, law_);
  }
  const bool is_silent = !port.tone && !speaks;
  if (!is_silent) write_slot(block_, port.description.at.slot, frame);
  if (port.two_wires) port.two_wires->say(is_silent ? silent_frame(law_) : frame);
  if (port.wiring.channel && port.wiring.channel->is_let_go()) {
    port.wiring = {};
    changed_ = true;
  }
}

void Shelf::tell(SlotId at, const Command& command) {
  if (driver_ && in_service(at)) driver_->tell(at, command);
}

void Shelf::play(SlotId at, CallTone tone) {
  if (Port* port = in_service(at)) port->tone.emplace(call_tone(settings_.tones, tone), SampleRate::narrow);
}

void Shelf::quiet(SlotId at) {
  if (Port* port = find(at)) port->tone.reset();
}

void Shelf::wire(SlotId at, Wiring wiring) {
  Port* port = in_service(at);
  if (!port) return;
  port->wiring = std::move(wiring);
  changed_ = true;
}

void Shelf::unwire(SlotId at) {
  Port* port = find(at);
  if (!port || !port->wiring.channel) return;
  port->wiring = {};
  changed_ = true;
}

std::optional<PortId> Shelf::joined_with(SlotId at) const {
  const auto found = ports_.find(at);
  return found == ports_.end() ? std::nullopt : found->second.wiring.joined_with;
}

ShelfState Shelf::state() const {
  ShelfState state;
  state.name = name_;
  state.attached = is_attached();
  state.stalled = is_attached() && std::ranges::any_of(lines_, [](const Line& line) { return line.stalled; });
  state.law = law_;
  state.lines = static_cast<std::uint8_t>(lines_.size());
  for (const auto& [at, port] : ports_) {
    state.ports.push_back({port.description, port.in_service, port.off_hook, port.wiring.channel != nullptr});
  }
  return state;
}

}  // namespace cadenas::media::tdm
