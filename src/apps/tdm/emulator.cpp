#include "apps/tdm/emulator.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <variant>

#include <poll.h>
#include <unistd.h>

#include "media/tdm/e1_block.hpp"

namespace cadenas::apps::tdm {
namespace {

using namespace media::tdm;

constexpr base::Millis kRetryAfter{200};
constexpr std::size_t kMostHappened = 10'000;
constexpr std::uint8_t kUnallocated = 1;

}  // namespace

Emulator::Emulator(EmulatorSettings settings, Report report, const base::Clock& clock)
    : settings_(std::move(settings)), report_(std::move(report)), clock_(clock) {
  for (const NamedPort& port : settings_.ports) {
    ports_.push_back(std::make_unique<EmulatedPort>(port.name, port.port, port.echo, settings_.shelf.law,
                                                    [this](boost::json::object what) { tell(std::move(what)); }));
  }
}

void Emulator::tell(boost::json::object what) {
  const auto text = [&what](const char* member) {
    const boost::json::value* found = what.if_contains(member);
    return found ? std::string(found->as_string().c_str()) : std::string();
  };
  happened_.emplace_back(text("port"), text("event"));
  if (happened_.size() > kMostHappened) happened_.pop_front();
  report_(std::move(what));
}

void Emulator::tell_error(const base::Error& error) {
  has_failed_ = true;
  tell({{"event", "error"}, {"code", error.code}, {"message", error.message}});
}

EmulatedPort* Emulator::find(const std::string& name) {
  const auto found = std::ranges::find(ports_, name, [](const auto& port) { return port->name(); });
  return found == ports_.end() ? nullptr : found->get();
}

EmulatedPort* Emulator::find(SlotId at) {
  const auto found = std::ranges::find(ports_, at, [](const auto& port) { return port->description().at; });
  return found == ports_.end() ? nullptr : found->get();
}

bool Emulator::run(int input) {
  bool has_input = true;
  while (!is_over_ && (has_input || !lines_.empty() || is_waiting())) {
    if (wants_link_ && !link_ && clock_.steady() >= retry_at_) attach();
    std::array<pollfd, 2> polled{pollfd{link_ ? link_->descriptor() : -1, POLLIN, 0},
                                 pollfd{has_input ? input : -1, POLLIN, 0}};
    ::poll(polled.data(), polled.size(), milliseconds_to_wait());
    if (polled[0].revents != 0) serve_link();
    if (polled[1].revents != 0) has_input = read_lines(input);
    run_script();
  }
  for (const auto& port : ports_) port->stop_recording();
  return !has_failed_;
}

int Emulator::milliseconds_to_wait() const {
  std::optional<base::SteadyTime> until = waits_until_;
  if (wants_link_ && !link_) until = until ? std::min(*until, retry_at_) : retry_at_;
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock_.steady());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

void Emulator::attach() {
  retry_at_ = clock_.steady() + kRetryAfter;
  base::Result<std::unique_ptr<CardLink>> link = CardLink::connect(settings_.socket);
  if (!link) return;
  link_ = std::move(*link);
  link_->write(Hello{settings_.shelf});
}

void Emulator::detach() {
  if (!link_) return;
  link_.reset();
  tell({{"event", "detached"}});
}

void Emulator::serve_link() {
  while (link_) {
    const base::Result<std::optional<CardMessage>> read = link_->read();
    if (!read) {
      if (read.error().code != "tdm.closed") tell_error(read.error());
      return detach();
    }
    if (!*read) return;
    take(**read);
  }
}

void Emulator::take(const CardMessage& message) {
  if (std::holds_alternative<Welcome>(message)) tell({{"event", "attached"}, {"shelf", settings_.shelf.name}});
  if (const auto* refused = std::get_if<Refused>(&message)) tell({{"event", "refused"}, {"code", refused->code}});
  if (const auto* block = std::get_if<Block>(&message)) take_block(*block);
  if (const auto* command = std::get_if<PortCommand>(&message)) take_command(*command);
}

void Emulator::take_block(const Block& block) {
  if (is_stalled_) return;
  std::array<std::uint8_t, kBlockOctets> answer;
  clear_block(answer, settings_.shelf.law);
  for (const auto& port : ports_) {
    const SlotId at = port->description().at;
    if (at.line != block.line) continue;
    SlotFrame frame;
    read_slot(block.octets, at.slot, frame);
    port->hear(frame);
    port->say(frame);
    write_slot(answer, at.slot, frame);
  }
  link_->write_block(block.line, answer);
}

void Emulator::take_command(const PortCommand& told) {
  EmulatedPort* port = find(told.port);
  if (!port) return;
  boost::json::object what{{"port", port->name()}};
  if (const auto* ring = std::get_if<Ring>(&told.command)) {
    what["event"] = "ring";
    what["calling"] = ring->calling;
    what["on_ms"] = ring->cadence.on_ms;
    what["off_ms"] = ring->cadence.off_ms;
  } else if (const auto* setup = std::get_if<Setup>(&told.command)) {
    what["event"] = "setup";
    what["called"] = setup->called;
    what["calling"] = setup->calling;
  } else if (const auto* release = std::get_if<Release>(&told.command)) {
    what["event"] = "release";
    what["cause"] = release->cause;
  } else {
    what["event"] = std::holds_alternative<StopRing>(told.command)   ? "ring-stopped"
                    : std::holds_alternative<Alerting>(told.command) ? "alerting"
                                                                     : "answer";
  }
  tell(std::move(what));
  if (const auto* setup = std::get_if<Setup>(&told.command)) far_exchange(*port, *setup);
}

void Emulator::far_exchange(EmulatedPort& port, const Setup& setup) {
  if (settings_.far.empty()) return;
  const auto found = std::ranges::find(settings_.far, setup.called, &FarNumber::number);
  base::Result<void> done;
  if (found == settings_.far.end()) {
    done = send(port, Release{kUnallocated});
  } else if (found->does == FarNumber::Does::releases) {
    done = send(port, Release{found->cause});
  } else {
    done = send(port, Alerting{});
    if (done && found->does == FarNumber::Does::answers) done = send(port, Answer{});
    if (done && !found->plays.empty()) done = play(port, found->plays);
  }
  if (!done) tell_error(done.error());
}

bool Emulator::read_lines(int input) {
  std::array<char, 4096> buffer;
  const ssize_t got = ::read(input, buffer.data(), buffer.size());
  if (got > 0) partial_line_.append(buffer.data(), static_cast<std::size_t>(got));
  if (got <= 0 && !partial_line_.empty()) partial_line_ += '\n';
  for (std::size_t end = partial_line_.find('\n'); end != std::string::npos; end = partial_line_.find('\n')) {
    if (!is_blank(std::string_view(partial_line_).substr(0, end))) lines_.push_back(partial_line_.substr(0, end));
    partial_line_.erase(0, end + 1);
  }
  return got > 0;
}

}  // namespace cadenas::apps::tdm
