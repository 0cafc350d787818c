#include "apps/tdm/script_line.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace cadenas::apps::tdm {
namespace {

struct Word {
  std::string_view name;
  Verb verb;
  bool is_of_port;
  std::size_t least;  // arguments
  std::size_t most;
  std::string_view help;
};

constexpr std::array kWords{
    Word{"off-hook", Verb::off_hook, true, 0, 0, ""},
    Word{"on-hook", Verb::on_hook, true, 0, 0, ""},
    Word{"flash", Verb::flash, true, 0, 0, "the hook for a moment, or the key R"},
    Word{"dial", Verb::dial, true, 1, 1, "DIGITS: as tones on an analogue port that is listened to, else as messages"},
    Word{"setup", Verb::setup, true, 1, 2, "CALLED [CALLING]: a call begins on a port without hook"},
    Word{"alert", Verb::alert, true, 0, 0, ""},
    Word{"answer", Verb::answer, true, 0, 0, ""},
    Word{"release", Verb::release, true, 0, 1, "[CAUSE] of Q.850; 16 if none is given"},
    Word{"play", Verb::play, true, 1, 1, "FILE: a WAV file into the slot, after what is played"},
    Word{"stop", Verb::stop, true, 0, 0, "playing"},
    Word{"record", Verb::record, true, 1, 1, "FILE: what the port hears from now on"},
    Word{"stop-recording", Verb::stop_recording, true, 0, 0, ""},
    Word{"out-of-service", Verb::out_of_service, true, 0, 0, "the port has a fault"},
    Word{"in-service", Verb::in_service, true, 0, 0, "it has none any more"},
    Word{"expect", Verb::expect, true, 1, 2, "EVENT [MS]: go on when it has happened; 10000 ms if none are given"},
    Word{"expect", Verb::expect, false, 1, 2, "EVENT [MS]: the same for an event that is of no port, as attached"},
    Word{"wait", Verb::wait, false, 1, 1, "MS"},
    Word{"stall", Verb::stall, false, 0, 0, "send no voice"},
    Word{"resume", Verb::resume, false, 0, 0, "send voice again"},
    Word{"detach", Verb::detach, false, 0, 0, "close the connection"},
    Word{"attach", Verb::attach, false, 0, 0, "and make it again"},
    Word{"quit", Verb::quit, false, 0, 0, ""},
};

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

bool is_blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == line.npos || line[first] == '#';
}

base::Result<ScriptLine> parse_script_line(std::string_view line) {
  const std::vector<std::string> words = words_of(line);
  for (const Word& word : kWords) {
    const std::size_t at = word.is_of_port ? 1 : 0;
    if (words.size() <= at || words[at] != word.name) continue;
    ScriptLine read{word.is_of_port ? words[0] : "", word.verb, {}};
    read.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(at + 1), words.end());
    if (read.arguments.size() < word.least || read.arguments.size() > word.most) {
      return base::fail("script.arguments", "The verb " + words[at] + " has another number of arguments.", words[at]);
    }
    return read;
  }
  return base::fail("script.verb", "The line has no verb that there is: " + std::string(line) + ".", "verb");
}

std::string describe_script() {
  std::string text;
  for (const Word& word : kWords) {
    text += std::string("  ") + (word.is_of_port ? "PORT " : "") + std::string(word.name);
    if (!word.help.empty()) text += "  " + std::string(word.help);
    text += '\n';
  }
  return text;
}

}  // namespace cadenas::apps::tdm
