// An emulated shelf of TDM ports: attaches to the bus of an iPBX, does what a script says, reports in JSON lines.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "apps/tdm/emulator.hpp"
#include "base/clock.hpp"
#include "media/descriptor.hpp"

namespace {

using namespace cadenas;

constexpr int failed = 1;
constexpr int wrong_option = 2;

int tell(const base::Error& error) {
  std::cerr << "cadenas-tdm: " << error.message << " [" << error.code << "]\n";
  return wrong_option;
}

template <class Value, class Parse>
base::Result<std::vector<Value>> parse_all(const std::vector<std::string>& texts, Parse parse) {
  std::vector<Value> values;
  for (const std::string& text : texts) {
    base::Result<Value> value = parse(text);
    if (!value) return tl::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program(
      "Emulates a shelf of TDM ports on the bus of an iPBX. Does the lines of a script or of standard input, "
      "and says on standard output in JSON lines what happens.");
  std::string socket, name = "shelf", law = "a", script;
  std::vector<std::string> port_texts, far_texts;
  program.add_option("--socket", socket, "the Unix socket of the bus")->required();
  program.add_option("--name", name, "of the shelf")->capture_default_str();
  program.add_option("--law", law, "of all slots")->check(CLI::IsMember({"a", "mu"}))->capture_default_str();
  program
      .add_option("--port", port_texts,
                  "NAME=LINE/SLOT,KIND[,hears-digits][,echo=6dB/12ms]; KIND is analogue, digital, dect, s0, t0 or t2; "
                  "echo: what its line sends back of what it hears")
      ->required();
  program.add_option("--far", far_texts,
                     "what ports without hook do with a call: NUMBER=answer[:FILE], =ring, =busy or =release:CAUSE");
  program.add_option("--script", script, "a file of lines instead of standard input")->check(CLI::ExistingFile);
  program.set_config("--config", "", "a file of these options");
  program.footer("Lines:\n" + apps::tdm::describe_script());
  CLI11_PARSE(program, argc, argv);

  const auto ports = parse_all<apps::tdm::NamedPort>(port_texts, apps::tdm::parse_port);
  if (!ports) return tell(ports.error());
  const auto far = parse_all<apps::tdm::FarNumber>(far_texts, apps::tdm::parse_far);
  if (!far) return tell(far.error());
  const auto shelf = apps::tdm::describe_shelf(name, law == "a" ? media::G711Law::a : media::G711Law::mu, *ports);
  if (!shelf) return tell(shelf.error());

  std::signal(SIGPIPE, SIG_IGN);
  std::optional<media::Descriptor> file;
  if (!script.empty()) file.emplace(::open(script.c_str(), O_RDONLY | O_CLOEXEC), "open");
  const base::SystemClock clock;
  apps::tdm::Emulator emulator(
      {socket, *shelf, *ports, *far},
      [](const boost::json::object& what) { std::cout << boost::json::serialize(what) << std::endl; }, clock);
  return emulator.run(file ? file->get() : STDIN_FILENO) ? 0 : failed;
}
