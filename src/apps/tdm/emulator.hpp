#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/tdm/emulated_port.hpp"
#include "apps/tdm/report.hpp"
#include "apps/tdm/script_line.hpp"
#include "apps/tdm/shelf_options.hpp"
#include "base/clock.hpp"
#include "media/tdm/card_link.hpp"

namespace cadenas::apps::tdm {

struct EmulatorSettings {
  std::string socket;
  media::tdm::ShelfDescription shelf;
  std::vector<NamedPort> ports;  ///< as in the shelf
  std::vector<FarNumber> far;    ///< what ports without hook do by themselves; empty: nothing
};

/// A shelf of ports that does what the lines of a script say and reports what happens. It answers each 20 ms of the bus
/// with 20 ms, as a card does that is clocked by the line; when the bus goes it tries to attach again. One thread.
class Emulator {
 public:
  /// `clock` outlives it.
  Emulator(EmulatorSettings settings, Report report, const base::Clock& clock);

  /// Takes lines from `input` and does them in order, until the line "quit", or until `input` ended and all of it is
  /// done. True if no line failed and nothing was expected in vain.
  bool run(int input);

 private:
  void tell(boost::json::object what);
  void tell_error(const base::Error& error);

  void attach();
  void detach();
  void serve_link();
  void take(const media::tdm::CardMessage& message);
  void take_block(const media::tdm::Block& block);
  void take_command(const media::tdm::PortCommand& command);
  void far_exchange(EmulatedPort& port, const media::tdm::Setup& setup);

  bool read_lines(int input);
  void run_script();
  bool is_waiting();
  void execute(const ScriptLine& line);
  base::Result<void> execute_of_port(EmulatedPort& port, const ScriptLine& line);
  base::Result<void> expect(const ScriptLine& line);
  base::Result<void> send(const EmulatedPort& port, media::tdm::Event event);
  base::Result<void> dial(EmulatedPort& port, const std::string& digits);
  base::Result<void> play(EmulatedPort& port, const std::string& file);
  EmulatedPort* find(const std::string& name);
  EmulatedPort* find(media::tdm::SlotId at);
  int milliseconds_to_wait() const;

  EmulatorSettings settings_;
  Report report_;
  const base::Clock& clock_;
  std::vector<std::unique_ptr<EmulatedPort>> ports_;
  std::unique_ptr<media::tdm::CardLink> link_;
  bool wants_link_ = true;
  bool is_stalled_ = false;
  base::SteadyTime retry_at_{};

  std::string partial_line_;
  std::deque<std::string> lines_;
  std::deque<std::pair<std::string, std::string>> happened_;  // port and event, that no `expect` has passed yet
  struct Expected {
    std::string port;
    std::string event;
  };
  std::optional<Expected> expected_;
  std::optional<base::SteadyTime> waits_until_;
  bool is_over_ = false;
  bool has_failed_ = false;
};

}  // namespace cadenas::apps::tdm
