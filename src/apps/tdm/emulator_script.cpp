// How the emulated shelf does the lines of a script.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "apps/tdm/emulator.hpp"
#include "media/audio/telephone_event.hpp"

namespace cadenas::apps::tdm {
namespace {

using namespace media::tdm;

constexpr unsigned kExpectMs = 10'000;

std::optional<unsigned> number(const std::string& text, unsigned most) {
  unsigned value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = wrong == std::errc{} && end == text.data() + text.size() && value <= most;
  return is_number ? std::optional(value) : std::nullopt;
}

tl::unexpected<base::Error> wrong_argument(const std::string& argument) {
  return base::fail("script.arguments", "An argument is not what it has to be: " + argument + ".", argument);
}

}  // namespace

bool Emulator::is_waiting() {
  if (expected_) {
    const auto found = std::ranges::find(happened_, std::pair(expected_->port, expected_->event));
    if (found != happened_.end()) {
      happened_.erase(happened_.begin(), found + 1);
      expected_.reset();
      waits_until_.reset();
      return false;
    }
  }
  if (!waits_until_ || clock_.steady() < *waits_until_) return waits_until_.has_value();
  waits_until_.reset();
  if (const auto missed = std::exchange(expected_, std::nullopt)) {
    tell_error(
        {"script.expected",
         (missed->port.empty() ? "" : "The port " + missed->port + ": ") + missed->event + " did not happen in time.",
         missed->event});
  }
  return false;
}

void Emulator::run_script() {
  while (!is_over_ && !is_waiting() && !lines_.empty()) {
    const std::string text = std::move(lines_.front());
    lines_.pop_front();
    const base::Result<ScriptLine> line = parse_script_line(text);
    if (line) {
      execute(*line);
    } else {
      tell_error(line.error());
    }
  }
}

void Emulator::execute(const ScriptLine& line) {
  if (!line.port.empty()) {
    EmulatedPort* port = find(line.port);
    const base::Result<void> done =
        port ? execute_of_port(*port, line)
             : base::fail("script.port", "The shelf has no port " + line.port + ".", line.port);
    if (!done) tell_error(done.error());
    return;
  }
  if (line.verb == Verb::expect) {
    if (const base::Result<void> done = expect(line); !done) tell_error(done.error());
  }
  if (line.verb == Verb::wait) {
    const std::optional<unsigned> ms = number(line.arguments[0], 3'600'000);
    if (!ms) return tell_error(wrong_argument(line.arguments[0]).value());
    waits_until_ = clock_.steady() + base::Millis{*ms};
  }
  if (line.verb == Verb::stall) is_stalled_ = true;
  if (line.verb == Verb::resume) is_stalled_ = false;
  if (line.verb == Verb::attach) wants_link_ = true;
  if (line.verb == Verb::quit) is_over_ = true;
  if (line.verb == Verb::detach) {
    wants_link_ = false;
    detach();
  }
}

base::Result<void> Emulator::execute_of_port(EmulatedPort& port, const ScriptLine& line) {
  const auto argument = [&line](std::size_t at) {
    return at < line.arguments.size() ? line.arguments[at] : std::string();
  };
  switch (line.verb) {
    case Verb::off_hook:
      return send(port, OffHook{});
    case Verb::on_hook:
      return send(port, OnHook{});
    case Verb::flash:
      return send(port, HookFlash{});
    case Verb::dial:
      return dial(port, argument(0));
    case Verb::setup:
      return send(port, Setup{argument(0), argument(1)});
    case Verb::alert:
      return send(port, Alerting{});
    case Verb::answer:
      return send(port, Answer{});
    case Verb::release: {
      const std::optional<unsigned> cause = line.arguments.empty() ? 16 : number(argument(0), 127);
      if (!cause || *cause == 0) return wrong_argument(argument(0));
      return send(port, Release{static_cast<std::uint8_t>(*cause)});
    }
    case Verb::play:
      return play(port, argument(0));
    case Verb::stop:
      port.stop();
      return {};
    case Verb::record:
      return port.record(argument(0));
    case Verb::stop_recording:
      port.stop_recording();
      return {};
    case Verb::out_of_service:
      return send(port, OutOfService{});
    case Verb::in_service:
      return send(port, InService{});
    case Verb::expect:
      return expect(line);
    default:
      return wrong_argument(line.port);
  }
}

base::Result<void> Emulator::expect(const ScriptLine& line) {
  const std::optional<unsigned> ms = line.arguments.size() < 2 ? kExpectMs : number(line.arguments[1], 3'600'000);
  if (!ms) return wrong_argument(line.arguments[1]);
  expected_ = Expected{line.port, line.arguments[0]};
  waits_until_ = clock_.steady() + base::Millis{*ms};
  return {};
}

base::Result<void> Emulator::send(const EmulatedPort& port, Event event) {
  if (link_ && link_->write(PortEvent{port.description().at, std::move(event)})) return {};
  return base::fail("tdm.closed", "The shelf is not attached.", port.name());
}

base::Result<void> Emulator::dial(EmulatedPort& port, const std::string& digits) {
  const bool is_dialled =
      std::ranges::all_of(digits, [](char digit) { return media::event_of_digit(digit).has_value(); });
  if (!is_dialled) return wrong_argument(digits);
  if (port.description().kind == PortKind::analogue && !port.description().hears_digits) {
    port.dial(digits);
    return {};
  }
  for (const char digit : digits) {
    if (base::Result<void> sent = send(port, Digit{digit}); !sent) return sent;
  }
  return {};
}

base::Result<void> Emulator::play(EmulatedPort& port, const std::string& file) {
  const base::Result<std::vector<std::int16_t>> audio = read_wav(file);
  if (!audio) return tl::unexpected(audio.error());
  port.play(*audio);
  return {};
}

}  // namespace cadenas::apps::tdm
